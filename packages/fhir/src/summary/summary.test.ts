import { describe, expect, it } from 'vitest';
import { resourceTypes } from '../definitions/resource-types.js';
import { parseJson } from '../json/parse-json.js';
import { sampleOf } from '../testing/sample-resource.js';
import { validateResource } from '../validation/validate-resource.js';
import type { ResourceObject } from './resource-object.js';
import { selectElements, unknownElements } from './select-elements.js';
import { summarize } from './summarize.js';

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };
const meta = { tag: [SUBSETTED] };

const patient = Object.freeze({
  resourceType: 'Patient',
  id: 'a',
  meta: { versionId: '1', tag: [{ code: 'x' }] },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">a</div>' },
  extension: [{ url: 'urn:a', valueString: 'a' }],
  name: [{ id: 'n', family: 'Roe', _family: { id: 'f' }, extension: [{ url: 'urn:a', valueString: 'a' }] }],
  birthDate: '2000-01-01',
  _birthDate: { extension: [{ url: 'urn:a', valueString: 'a' }] },
  deceasedBoolean: false,
  maritalStatus: { text: 'a' },
  contact: [{ name: { family: 'Doe' } }],
  link: [{ other: { reference: 'Patient/b' }, type: 'seealso' }],
});
const markedMeta = { versionId: '1', tag: [{ code: 'x' }, SUBSETTED] };

describe('_summary=true', () => {
  it('leaves what the definitions mark, at every level', () => {
    expect(summarize(patient, 'true')).toEqual({
      resourceType: 'Patient',
      id: 'a',
      meta: markedMeta,
      name: [{ family: 'Roe', _family: { id: 'f' } }],
      birthDate: '2000-01-01',
      _birthDate: patient._birthDate,
      deceasedBoolean: false,
      link: patient.link,
    });
    expect(patient.meta.tag).toHaveLength(1);
  });

  it('leaves out the data of an attachment, and keeps extensions whole', () => {
    const content = [{ attachment: { contentType: 'text/plain', data: 'AAAA', url: 'urn:a' } }];
    const modifierExtension = [{ url: 'urn:a', valueString: 'a' }];
    const report = {
      resourceType: 'DocumentReference',
      status: 'current',
      content: content.map((part) => ({ ...part, modifierExtension })),
    };
    expect(summarize(report, 'true')).toEqual({
      resourceType: 'DocumentReference',
      meta,
      status: 'current',
      content: [{ attachment: { contentType: 'text/plain', url: 'urn:a' }, modifierExtension }],
    });
  });

  it('goes into the resources of a bundle', () => {
    const bundle = { resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: 'urn:a', resource: patient }] };
    const summary = summarize(bundle, 'true') as unknown as { entry: { resource: object }[] };
    expect(Object.keys(summary.entry[0]!.resource)).not.toContain('maritalStatus');
  });

  it('keeps the text of numbers', () => {
    const text =
      '{"resourceType":"Observation","meta":{"tag":[]},"status":"final","code":{"text":"a"},"valueQuantity":{"value":1.50,"unit":"g"}}';
    expect(JSON.stringify(summarize(parseJson(text) as unknown as ResourceObject, 'true'))).toBe(
      text.replace('[]', JSON.stringify([SUBSETTED])),
    );
  });

  it('makes valid resources of every type', () => {
    for (const type of resourceTypes) {
      for (const mode of ['true', 'text', 'data'] as const) {
        const summary = summarize(sampleOf(type, 2) as unknown as ResourceObject, mode);
        expect([type, mode, validateResource(summary)]).toEqual([type, mode, []]);
      }
    }
  });
});

describe('_summary=text and data', () => {
  it('text: narrative, id, meta and what has to be there', () => {
    const observation = {
      resourceType: 'Observation',
      id: 'a',
      meta: patient.meta,
      text: patient.text,
      extension: patient.extension,
      status: 'final',
      code: { text: 'a' },
      valueString: 'a',
    };
    expect(summarize(observation, 'text')).toEqual({
      resourceType: 'Observation',
      id: 'a',
      meta: markedMeta,
      text: patient.text,
      status: 'final',
      code: { text: 'a' },
    });
  });

  it('data: all but the narrative', () => {
    const { text: _text, ...rest } = patient;
    expect(summarize(patient, 'data')).toEqual({ ...rest, meta: markedMeta });
  });
});

describe('_elements', () => {
  it('gives what is named and what has to be there', () => {
    expect(selectElements(patient, ['birthDate', 'deceased'])).toEqual({
      resourceType: 'Patient',
      id: 'a',
      meta: markedMeta,
      birthDate: '2000-01-01',
      _birthDate: patient._birthDate,
      deceasedBoolean: false,
    });
    const encounter = {
      resourceType: 'Encounter',
      status: 'planned',
      class: { code: 'AMB' },
      period: { start: '2024' },
    };
    expect(selectElements(encounter, [])).toEqual({
      resourceType: 'Encounter',
      meta,
      status: 'planned',
      class: { code: 'AMB' },
    });
  });

  it('takes a choice by any of its names', () => {
    for (const name of ['deceased', 'deceased[x]', 'deceasedBoolean', 'deceasedDateTime']) {
      expect(selectElements(patient, [name])).toHaveProperty('deceasedBoolean', false);
    }
  });

  it('keeps what changes the meaning of all', () => {
    const resource = { ...patient, implicitRules: 'urn:a', modifierExtension: [{ url: 'urn:a', valueString: 'a' }] };
    expect(Object.keys(selectElements(resource, []))).toEqual([
      'resourceType',
      'id',
      'meta',
      'implicitRules',
      'modifierExtension',
    ]);
  });

  it('tells which names a type does not have', () => {
    expect(
      unknownElements('Patient', [
        'name',
        'nme',
        'name.family',
        'deceasedBoolean',
        'deceasedAge',
        'name[x]',
        '',
        '__proto__',
      ]),
    ).toEqual(['nme', 'name.family', 'deceasedAge', 'name[x]', '', '__proto__']);
  });

  it('marks a resource once', () => {
    const once = selectElements(patient, ['name']);
    expect(selectElements(once, ['name'])).toEqual(once);
  });
});
