import { describe, expect, it } from 'vitest';
import { extractSearchValues } from './extract-search-values.js';
import { MAX_DATE, MIN_DATE, type SearchValue } from './search-parameter.js';

/** Values by parameter, as short text. */
function found(resource: Record<string, unknown>, baseUrl?: string): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const value of extractSearchValues(resource, baseUrl === undefined ? {} : { baseUrl })) {
    (result[value.parameter.code] ??= []).push(text(value));
  }
  return result;
}

function text(value: SearchValue): string {
  switch (value.type) {
    case 'token':
      return `${value.system ?? ''}|${value.code}`;
    case 'string':
      return value.normalized;
    case 'reference':
      return value.target;
    case 'uri':
      return value.value;
    case 'date':
      return `${instant(value.low)}/${instant(value.high)}`;
  }
}

const instant = (ms: number): string =>
  ms === MIN_DATE || ms === MAX_DATE ? 'open' : new Date(ms).toISOString().replace('.000Z', 'Z');

describe('extractSearchValues', () => {
  it('finds tokens by data type', () => {
    const values = found({
      resourceType: 'Patient',
      active: true,
      gender: 'female',
      deceasedDateTime: '2020-01-01',
      identifier: [{ system: 'urn:mrn', value: 'A1' }, { value: 'B2' }, { system: 'urn:mrn' }],
      telecom: [
        { system: 'phone', value: '123' },
        { system: 'email', value: 'a@example.org' },
      ],
      communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'de' }, { code: 'en' }] } }],
      meta: { tag: [{ system: 'urn:tags', code: 't' }], profile: ['http://example.org/profile'] },
    });
    expect(values).toMatchObject({
      active: ['|true'],
      gender: ['http://hl7.org/fhir/administrative-gender|female'],
      deceased: ['|true'],
      identifier: ['urn:mrn|A1', '|B2'],
      phone: ['|123'],
      email: ['|a@example.org'],
      language: ['urn:ietf:bcp:47|de', '|en'],
      _tag: ['urn:tags|t'],
      _profile: ['http://example.org/profile'],
    });
  });

  it('knows the living from the dead', () => {
    expect(found({ resourceType: 'Patient' })['deceased']).toEqual(['|false']);
    expect(found({ resourceType: 'Patient', deceasedBoolean: false })['deceased']).toEqual(['|false']);
    expect(found({ resourceType: 'Patient', deceasedBoolean: true })['deceased']).toEqual(['|true']);
  });

  it('finds strings in all parts of names and addresses', () => {
    const values = found({
      resourceType: 'Patient',
      name: [{ family: 'Müller', given: ['Anna  Maria', 'Éva'], prefix: ['Dr.'], text: 'Dr. Anna Müller' }],
      address: [{ line: ['Straße 1'], city: 'Köln', country: 'DE' }],
    });
    expect(values['name']!.sort()).toEqual([
      'anna maria',
      'anna muller',
      'dr',
      'dr anna muller',
      'eva',
      'maria',
      'muller',
      'muller',
    ]);
    expect(values['family']).toEqual(['muller']);
    expect(values['address']!.sort()).toEqual(['de', 'koln', 'strasse 1']);
  });

  it('finds references in all spellings', () => {
    const values = found(
      {
        resourceType: 'Observation',
        subject: { reference: 'http://localhost/fhir/R4/Patient/1/_history/3' },
        encounter: { reference: 'Encounter/2' },
        performer: [
          { reference: '#inside' },
          { display: 'nobody' },
          { reference: 'http://elsewhere.org/Practitioner/9' },
        ],
      },
      'http://localhost/fhir/R4',
    );
    expect(values).toMatchObject({
      subject: ['Patient/1'],
      encounter: ['Encounter/2'],
      performer: ['http://elsewhere.org/Practitioner/9'],
    });
    expect(values).not.toHaveProperty('patient');
  });

  it('finds dates of every kind and precision', () => {
    const observation = (effective: Record<string, unknown>): string[] | undefined =>
      found({ resourceType: 'Observation', ...effective })['date'];
    expect(observation({ effectiveDateTime: '2024' })).toEqual(['2024-01-01T00:00:00Z/2025-01-01T00:00:00Z']);
    expect(observation({ effectiveDateTime: '2024-02' })).toEqual(['2024-02-01T00:00:00Z/2024-03-01T00:00:00Z']);
    expect(observation({ effectiveDateTime: '2024-02-29' })).toEqual(['2024-02-29T00:00:00Z/2024-03-01T00:00:00Z']);
    expect(observation({ effectiveInstant: '2024-02-29T23:30:00.5-01:00' })).toEqual([
      '2024-03-01T00:30:00.500Z/2024-03-01T00:30:00.600Z',
    ]);
    expect(observation({ effectivePeriod: { start: '2024-02-29' } })).toEqual(['2024-02-29T00:00:00Z/open']);
    expect(observation({ effectivePeriod: { end: '2024-02-29' } })).toEqual(['open/2024-03-01T00:00:00Z']);
    expect(observation({ effectivePeriod: { start: '2025', end: '2024' } })).toBeUndefined();
    expect(observation({ effectivePeriod: { start: 'soon', end: '2024' } })).toBeUndefined();
    expect(observation({ effectiveDateTime: '2023-02-30' })).toBeUndefined();
  });

  it('finds the outer limits of a timing', () => {
    const timing = (effectiveTiming: unknown): string[] | undefined =>
      found({ resourceType: 'Observation', effectiveTiming })['date'];
    expect(timing({ event: ['2024-01-03', '2024-01-01'] })).toEqual(['2024-01-01T00:00:00Z/2024-01-04T00:00:00Z']);
    expect(
      timing({ event: ['2024-01-03'], repeat: { boundsPeriod: { start: '2024-01-02', end: '2024-01-02' } } }),
    ).toEqual(['2024-01-02T00:00:00Z/2024-01-04T00:00:00Z']);
    expect(timing({ repeat: { boundsPeriod: { start: '2024' } } })).toEqual(['2024-01-01T00:00:00Z/open']);
    expect(timing({ repeat: { frequency: 1, period: 1, periodUnit: 'd' } })).toBeUndefined();
    expect(timing({ event: ['x'], repeat: null })).toBeUndefined();
  });

  it('takes a text for no date, whatever it looks like', () => {
    expect(found({ resourceType: 'Procedure', performedString: '2024' })['date']).toBeUndefined();
    expect(found({ resourceType: 'Procedure', performedDateTime: '2024' })['date']).toHaveLength(1);
  });

  it('finds a canonical with and without its version', () => {
    const values = found(
      {
        resourceType: 'Library',
        meta: { profile: ['http://example.org/p|1.0', 'http://example.org/q'] },
        relatedArtifact: [{ type: 'depends-on', resource: 'http://localhost/fhir/R4/Library/1|2' }],
      },
      'http://localhost/fhir/R4/',
    );
    expect(values['_profile']).toEqual(['http://example.org/p', 'http://example.org/p|1.0', 'http://example.org/q']);
    expect(values['depends-on']).toEqual(['Library/1', 'Library/1|2']);
  });

  it('finds a name by each of its words, the whole text behind all of them', () => {
    const values = extractSearchValues({ resourceType: 'Patient', name: [{ family: 'Carreño-Quiñones' }] });
    expect(values.filter(({ parameter }) => parameter.code === 'family')).toMatchObject([
      { value: 'Carreño-Quiñones', normalized: 'carreno quinones' },
      { value: 'Carreño-Quiñones', normalized: 'quinones' },
    ]);
    const many = found({ resourceType: 'Patient', name: [{ text: 'a '.repeat(5_000) }] });
    expect(many['name']).toHaveLength(8);
    expect(found({ resourceType: 'Organization', name: 'City Hospital' })['name']).toEqual(['city hospital']);
  });

  it('tells the type of a target from the reference, else from what it says of itself', () => {
    const managers = (...careManagers: unknown[]): string[] =>
      careManagers.map((careManager) =>
        (found({ resourceType: 'EpisodeOfCare', careManager })['care-manager'] ?? ['none']).join(),
      );
    expect(
      managers(
        { reference: 'Practitioner/1' },
        { reference: 'https://elsewhere.org/fhir/Practitioner/1/_history/2' },
        { reference: 'PractitionerRole/1' },
        { reference: 'urn:uuid:0', type: 'Practitioner' },
        { reference: 'urn:uuid:0' },
        { type: 'Practitioner' },
      ),
    ).toEqual(['Practitioner/1', 'https://elsewhere.org/fhir/Practitioner/1', 'none', 'urn:uuid:0', 'none', 'none']);
  });

  it('has no limit to the number of values', () => {
    const member = Array.from({ length: 200_000 }, (_, n) => ({ entity: { reference: `Patient/${n}` } }));
    expect(found({ resourceType: 'Group', member })['member']).toHaveLength(200_000);
  });

  it('finds nothing in what has the wrong shape, and never throws', () => {
    for (const odd of [null, undefined, 7, 'x', [], {}, { resourceType: 7 }, { resourceType: 'Nonsense' }]) {
      expect(extractSearchValues(odd)).toEqual([]);
    }
    const values = found({
      resourceType: 'Patient',
      name: 7,
      gender: {},
      identifier: 'x',
      birthDate: ['2020'],
      telecom: [null],
    });
    expect(Object.keys(values).sort()).toEqual(['birthdate', 'deceased']);
  });
});
