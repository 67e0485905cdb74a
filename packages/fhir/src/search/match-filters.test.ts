import { describe, expect, it } from 'vitest';
import { extractSearchValues } from './extract-search-values.js';
import { matchesFilters } from './match-filters.js';
import { parseSearch } from './parse-search.js';

const OPTIONS = { handling: 'strict', defaultCount: 10, maxCount: 10, nowMs: Date.UTC(2024, 0, 1) } as const;
const LAST_UPDATED = Date.UTC(2024, 4, 5, 6, 7, 8, 9);

function matches(resource: Record<string, unknown>, name: string, value: string): boolean {
  const { filters } = parseSearch(String(resource['resourceType']), [[name, value]], OPTIONS);
  return matchesFilters(extractSearchValues(resource), filters, { id: 'x1', lastUpdatedMs: LAST_UPDATED });
}

const on = (effective: Record<string, unknown>): Record<string, unknown> => ({ resourceType: 'Observation', ...effective });

describe('dates, by prefix', () => {
  const march = on({ effectivePeriod: { start: '2024-03-01', end: '2024-03-31' } });

  it.each([
    // operand, eq, ne, gt, lt, ge, le, sa, eb
    ['2024', [true, false, false, false, true, true, false, false]],
    ['2024-03', [true, false, false, false, true, true, false, false]],
    ['2024-03-10', [false, true, true, true, true, true, false, false]],
    ['2024-02', [false, true, true, false, true, false, true, false]],
    ['2024-04', [false, true, false, true, false, true, false, true]],
    ['2024-03-01', [false, true, true, false, true, false, false, false]],
    ['2024-03-31', [false, true, false, true, false, true, false, false]],
  ])('a month against %s', (operand, expected) => {
    const prefixes = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb'];
    expect(prefixes.map((prefix) => matches(march, 'date', `${prefix}${operand}`))).toEqual(expected);
  });

  it('approximately, within a tenth of the distance from the present', () => {
    const old = on({ effectiveDateTime: '2014-06-01' });
    expect(matches(old, 'date', 'ap2014-01-01')).toBe(true);
    expect(matches(old, 'date', 'ap2012-01-01')).toBe(false);
  });

  it('open periods reach beyond every date', () => {
    const since = on({ effectivePeriod: { start: '2020' } });
    expect(matches(since, 'date', 'gt9998')).toBe(true);
    expect(matches(since, 'date', 'eq2024')).toBe(false);
  });
});

describe('other kinds', () => {
  const patient = {
    resourceType: 'Patient',
    gender: 'female',
    name: [{ family: 'Müller' }],
    identifier: [{ system: 'urn:MRN', value: 'Ab' }],
    generalPractitioner: [{ reference: 'Practitioner/1' }],
    meta: { profile: ['http://example.org/p'] },
  };

  it.each([
    ['gender', 'FEMALE', true],
    ['gender', 'http://hl7.org/fhir/administrative-gender|female', true],
    ['gender', 'http://HL7.org/fhir/administrative-gender|female', false],
    ['gender:not', 'male', true],
    ['gender:not', 'female', false],
    ['gender:missing', 'false', true],
    ['birthdate:missing', 'true', true],
    ['identifier', 'aB', true],
    ['identifier', '|ab', false],
    ['identifier', 'urn:MRN|', true],
    ['family', 'mul', true],
    ['family', 'uller', false],
    ['family:contains', 'ULLE', true],
    ['family:exact', 'Müller', true],
    ['family:exact', 'müller', false],
    ['general-practitioner', '1', true],
    ['general-practitioner', 'Practitioner/1', true],
    ['general-practitioner', 'Organization/1', false],
    ['_profile', 'http://example.org/p', true],
    ['_profile', 'http://example.org/', false],
    ['_id', 'x1', true],
    ['_id', 'x2', false],
    ['_lastUpdated', 'gt2024-05-05', false],
    ['_lastUpdated', 'ge2024-05-05', true],
    ['_lastUpdated', '2024-05-05T06:07:08.009Z', true],
  ])('%s=%s', (name, value, expected) => {
    expect(matches(patient, name, value)).toBe(expected);
  });
});
