import { describe, expect, it } from 'vitest';
import { faultsOf, observation, patient } from '../../testing/faults-of.js';

describe('extensions', () => {
  const faults = (extension: object): string[] => faultsOf(patient({ extension: [extension] }));
  const url = 'http://example.org/a';

  it('have a url, and either a value or extensions (ext-1)', () => {
    expect(faults({ url, valueString: 'a' })).toEqual([]);
    expect(faults({ url, extension: [{ url: 'part', valueBoolean: false }] })).toEqual([]);
    expect(faults({ url })).toEqual(['invariant Patient.extension[0]']);
    expect(faults({ url, valueString: 'a', extension: [{ url, valueString: 'a' }] })).toEqual([
      'invariant Patient.extension[0]',
    ]);
    expect(faults({ valueString: 'a' })).toEqual(['required Patient.extension[0].url']);
    expect(faults({ url, value: 'a' })).toContain('structure Patient.extension[0].value');
  });
});

describe('references', () => {
  const faults = (reference: string): string[] => faultsOf(observation({ subject: { reference } }));

  it.each([
    'Patient/1',
    'Patient/1/_history/2',
    'https://example.org/fhir/Patient/1',
    'urn:uuid:0c3f1c1e-0000-4000-8000-000000000000',
    'Patient?identifier=http://example.org|1',
  ])('may be %s', (reference) => {
    expect(faults(reference)).toEqual([]);
  });

  it.each(['1', 'patient/1', 'Patient/a b', 'Patient/', '/Patient/1', 'Patient/1/2', 'Person/1?a=b', 'Unheard/1'])(
    'may not be %s',
    (reference) => {
      expect(faults(reference)).toEqual(['value Observation.subject.reference']);
    },
  );

  it('warn of a target of another type', () => {
    expect(faults('Medication/1')).toEqual(['warning value Observation.subject.reference']);
    expect(faults('http://example.org/Medication/1')).toEqual(['warning value Observation.subject.reference']);
    expect(faults('http://example.org/Unheard/1')).toEqual([]);
  });
});

describe('contained resources', () => {
  const contained = (members: object, reference = '#a'): string[] =>
    faultsOf(observation({ contained: [{ resourceType: 'Patient', id: 'a', ...members }], subject: { reference } }));

  it('are validated on their place', () => {
    expect(contained({})).toEqual([]);
    expect(contained({ gender: 1 })).toEqual(['structure Observation.contained[0].gender']);
    expect(contained({ resourceType: 'Patience' })).toEqual(['not-supported Observation.contained[0].resourceType']);
  });

  it('are referred to, and references with # are resolved (dom-3, ref-1)', () => {
    expect(contained({}, '#b')).toEqual([
      'invariant Observation.subject.reference',
      'invariant Observation.contained[0]',
    ]);
    expect(contained({ id: undefined })).toContain('invariant Observation.contained[0]');
    expect(contained({ link: [{ other: { reference: '#' }, type: 'seealso' }] }, 'Patient/1')).toEqual([]);
  });

  it('have no versions, security labels or contained resources (dom-2, dom-4, dom-5)', () => {
    const meta = { versionId: '1', lastUpdated: '2024-01-01T00:00:00Z', security: [{ code: 'R' }], profile: ['urn:a'] };
    expect(contained({ meta })).toEqual(Array(3).fill('invariant Observation.contained[0]'));
    const inner = { resourceType: 'Patient', id: 'b' };
    expect(contained({ contained: [inner] })).toEqual(['invariant Observation.contained[0].contained']);
  });
});
