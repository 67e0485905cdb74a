import { describe, expect, it } from 'vitest';
import type { Resource } from '../resource.js';
import { forEachReference, rewriteReferences } from './rewrite-references.js';

const URN = 'urn:uuid:3bc44de3-069d-442d-829b-f3ef68cae371';
const targets = {
  byFullUrl: new Map([
    [URN, 'Patient/7'],
    ['http://example.org/fhir/Patient/1', 'Patient/7'],
    ['Patient/1', 'Patient/7'],
  ]),
  byCondition: new Map([['Practitioner?identifier=a|b', 'Practitioner/9']]),
};

const rewrite = (resource: Record<string, unknown>): Resource =>
  rewriteReferences({ resourceType: 'Observation', ...resource }, targets, 'Bundle.entry[2].resource');

describe('rewriteReferences', () => {
  it('follows references by urn, URL, relative path and condition', () => {
    const result = rewrite({
      subject: { reference: URN },
      focus: [{ reference: 'http://example.org/fhir/Patient/1' }, { reference: 'Patient/1' }],
      performer: [{ reference: 'Practitioner?identifier=a|b' }],
    });
    expect(result).toEqual({
      resourceType: 'Observation',
      subject: { reference: 'Patient/7' },
      focus: [{ reference: 'Patient/7' }, { reference: 'Patient/7' }],
      performer: [{ reference: 'Practitioner/9' }],
    });
  });

  it('follows uris and links of the narrative, and leaves strings alone', () => {
    const result = rewrite({
      instantiatesUri: URN,
      text: { div: `<div><a href="${URN}">x</a> href=${URN}</div>` },
      identifier: [{ value: URN }],
    });
    expect(result).toEqual({
      resourceType: 'Observation',
      instantiatesUri: 'Patient/7',
      text: { div: `<div><a href="Patient/7">x</a> href=${URN}</div>` },
      identifier: [{ value: URN }],
    });
  });

  it('leaves references to elsewhere', () => {
    const resource = { subject: { reference: 'Patient/2' }, focus: [{ reference: '#contained' }] };
    expect(rewrite(resource)).toEqual({ resourceType: 'Observation', ...resource });
  });

  it('keeps decimals as they were written', () => {
    expect(JSON.stringify(rewrite({ valueDecimal: JSON.rawJSON('1.00') }))).toContain('"valueDecimal":1.00');
  });

  it('refuses a urn that is no entry, and says where', () => {
    expect(() => rewrite({ subject: { reference: 'urn:uuid:00000000-0000-4000-8000-000000000000' } })).toThrow(
      expect.objectContaining({
        status: 400,
        issues: [expect.objectContaining({ expression: ['Bundle.entry[2].resource'] })],
      }),
    );
  });
});

describe('forEachReference', () => {
  it('meets every reference, at any depth', () => {
    const met: string[] = [];
    forEachReference(
      { a: { reference: '1' }, b: [{ c: { reference: '2' } }], reference: { reference: '3' } },
      (reference) => met.push(reference),
    );
    expect(met.sort()).toEqual(['1', '2', '3']);
  });
});
