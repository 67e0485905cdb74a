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

const on = (effective: Record<string, unknown>): Record<string, unknown> => ({
  resourceType: 'Observation',
  ...effective,
});

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

describe('dates, as the examples of R4 have it (search, "date")', () => {
  const at = (effectiveDateTime: string): Record<string, unknown> => on({ effectiveDateTime });
  const from = (start: string): Record<string, unknown> => on({ effectivePeriod: { start } });
  const until = (end: string): Record<string, unknown> => on({ effectivePeriod: { end } });

  it.each([
    ['eq2013-01-14', at('2013-01-14T00:00:00Z'), true],
    ['eq2013-01-14', at('2013-01-14T10:00:00Z'), true],
    ['eq2013-01-14', at('2013-01-15T00:00:00Z'), false],
    ['ne2013-01-14', at('2013-01-15T00:00:00Z'), true],
    ['ne2013-01-14', at('2013-01-14T00:00:00Z'), false],
    ['ne2013-01-14', at('2013-01-14T10:00:00Z'), false],
    ['lt2013-01-14T10:00', at('2013-01-14'), true],
    ['gt2013-01-14T10:00', at('2013-01-14'), true],
    ['ge2013-03-14', from('2013-01-21'), true],
    ['le2013-03-14', from('2013-01-21'), true],
    ['sa2013-03-14', from('2013-03-15'), true],
    ['sa2013-03-14', from('2013-01-21'), false],
    ['sa2013-03-14', until('2013-01-21'), false],
    ['eb2013-03-14', from('2013-03-15'), false],
    ['eb2013-03-14', from('2013-01-21'), false],
    ['eb2013-03-14', until('2013-01-21'), true],
    ['ap2013-03-14', at('2013-03-14'), true],
    ['ap2013-03-14', at('2015-06-15'), false],
    ['2013-02-01', on({ effectiveTiming: { event: ['2013-01-31', '2013-03-24'] } }), false],
    ['ge2013-02-01', on({ effectiveTiming: { event: ['2013-01-31', '2013-03-24'] } }), true],
  ])('%s', (operand, resource, expected) => {
    expect(matches(resource, 'date', operand)).toBe(expected);
  });
});

describe('other kinds', () => {
  const patient = {
    resourceType: 'Patient',
    gender: 'female',
    name: [{ family: 'Müller' }, { family: 'Carreño Quiñones', given: ['x'.repeat(300)] }],
    telecom: [{ system: 'phone', value: '030 1' }],
    identifier: [{ system: 'urn:MRN', value: 'Ab' }],
    generalPractitioner: [{ reference: 'Practitioner/1' }],
    meta: { profile: ['http://example.org/p', 'http://example.org/q|2'] },
  };

  it('all have to hold', () => {
    const all = (...pairs: [string, string][]): boolean => {
      const { filters } = parseSearch('Patient', pairs, OPTIONS);
      return matchesFilters(extractSearchValues(patient), filters, { id: 'x1', lastUpdatedMs: LAST_UPDATED });
    };
    expect(all(['family', 'mul'], ['family', 'quin'])).toBe(true);
    expect(all(['family', 'mul'], ['family', 'x'])).toBe(false);
    expect(all()).toBe(true);
  });

  it('a reference of a type that the parameter excludes is not found by it', () => {
    const observed = (reference: string): Record<string, unknown> => ({
      resourceType: 'Observation',
      subject: { reference },
    });
    expect(matches(observed('Patient/1'), 'patient', '1')).toBe(true);
    expect(matches(observed('Group/1'), 'patient', '1')).toBe(false);
    expect(matches(observed('Group/1'), 'patient', 'Group/1')).toBe(false);
    expect(matches(observed('Group/1'), 'subject:Group', '1')).toBe(true);
    expect(matches(observed('Group/1'), 'subject', '1')).toBe(true);
  });

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
    ['family', 'quin', true],
    ['family', 'carreno quin', true],
    ['family:contains', 'no qui', true],
    ['family:exact', 'Carreño Quiñones', true],
    ['family:exact', 'Quiñones', false],
    ['given:exact', 'x'.repeat(300), true],
    ['given:exact', 'x'.repeat(299), false],
    ['given', 'x'.repeat(256), true],
    ['gender', 'other,female', true],
    ['gender:not', 'other,female', false],
    ['language:not', 'de', true],
    ['phone', '030 1', true],
    ['phone', '|030 1', true],
    ['phone', 'phone|030 1', false],
    ['_profile', 'http://example.org/q', true],
    ['_profile', 'http://example.org/q|2', true],
    ['_profile', 'http://example.org/q|3', false],
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
