import { describe, expect, it } from 'vitest';
import { filterOf, issuesOf, parseQuery } from '../testing/parse-query.js';

describe('token', () => {
  it.each([
    ['gender=male', { system: undefined, code: 'male' }],
    ['identifier=urn:x|1', { system: 'urn:x', code: '1' }],
    ['identifier=|1', { system: null, code: '1' }],
    ['identifier=urn:x|', { system: 'urn:x', code: undefined }],
    ['identifier=a\\|b\\,c\\\\d\\$', { system: undefined, code: 'a|b,c\\d$' }],
  ])('%s', (query, operand) => {
    expect(filterOf('Patient', query)).toMatchObject({ kind: 'token', operands: [operand] });
  });

  it('takes several values and :not', () => {
    expect(filterOf('Patient', 'gender:not=male,female')).toMatchObject({
      modifier: 'not',
      operands: [{ code: 'male' }, { code: 'female' }],
    });
  });

  it.each(['identifier=|', 'identifier=a|b|c', 'gender=', 'gender=,male'])('refuses %s', (query) => {
    expect(issuesOf('Patient', query)[0]!.code).toBe('value');
  });
});

describe('a modifier that the parameter does not take', () => {
  it.each([
    ['Patient', 'gender:exact=male', 'gender does not take this modifier; it takes :not, :missing.'],
    ['Patient', 'gender:text=male', 'gender does not take this modifier; it takes :not, :missing.'],
    ['Patient', 'gender:=male', 'gender does not take this modifier; it takes :not, :missing.'],
    ['Patient', 'family:not=x', 'family does not take this modifier; it takes :exact, :contains, :missing.'],
    ['Patient', '_id:missing=true', '_id does not take this modifier; it takes none.'],
    ['ValueSet', 'url:below=http://example.org', 'url does not take this modifier; it takes :missing.'],
    [
      'Observation',
      'subject:identifier=x',
      'subject does not take this modifier; it takes :missing, :Group, :Device, :Patient, :Location.',
    ],
    ['Observation', 'patient:missing=true', 'patient:missing is not supported: use subject:missing.'],
  ])('is refused however lenient: %s?%s', (type, query, diagnostics) => {
    for (const handling of ['strict', 'lenient'] as const) {
      expect(issuesOf(type, query, { handling })).toEqual([
        { code: 'not-supported', parameter: query.split('=')[0], diagnostics },
      ]);
    }
  });

  it('is none where another parameter has the very same values', () => {
    expect(parseQuery('Coverage', 'patient:missing=true').filters).toMatchObject([
      { kind: 'missing', parameter: { code: 'beneficiary' } },
    ]);
  });
});

describe('string', () => {
  it('is normalised, and kept as written for :exact', () => {
    expect(filterOf('Patient', 'family=MÜLLER  Jr')).toMatchObject({
      operands: [{ value: 'MÜLLER  Jr', normalized: 'muller jr' }],
    });
    expect(filterOf('Patient', 'family:exact=A')).toMatchObject({ modifier: 'exact' });
    expect(filterOf('Patient', 'family:contains=A')).toMatchObject({ modifier: 'contains' });
  });

  it('refuses what normalises to nothing, unless it is to be exactly that', () => {
    expect(issuesOf('Patient', 'family=\u0301')[0]!.code).toBe('value');
    expect(issuesOf('Patient', 'family:contains=-')[0]!.code).toBe('value');
    expect(filterOf('Patient', 'family:exact=-')).toMatchObject({ operands: [{ value: '-', normalized: '' }] });
  });

  it('refuses what is longer than what is searched, unless the whole is compared', () => {
    const [fits, long] = ['a'.repeat(256), 'a'.repeat(257)];
    expect(filterOf('Patient', `family=${fits}`)).toMatchObject({ operands: [{ normalized: fits }] });
    expect(issuesOf('Patient', `family=${long}`)[0]!.code).toBe('too-long');
    expect(filterOf('Patient', `family:exact=${long}`)).toMatchObject({
      operands: [{ value: long, normalized: fits }],
    });
  });
});

describe('reference', () => {
  it.each([
    ['subject=Patient/1', ['Patient/1']],
    ['subject=http://localhost/fhir/R4/Patient/1/_history/3', ['Patient/1']],
    ['subject=http://elsewhere.org/Patient/1', ['http://elsewhere.org/Patient/1']],
    ['subject:Patient=1', ['Patient/1']],
    ['subject:Patient=Group/1', []],
    ['patient=1', ['Patient/1']],
    ['patient=Group/1', []],
  ])('%s', (query, targets) => {
    expect(filterOf('Observation', query)).toMatchObject({ kind: 'reference', operands: [{ targets }] });
  });

  it.each([
    ['depends-on=http://example.org/Library/1', ['http://example.org/Library/1']],
    ['depends-on=http://example.org/Library/1|2.0', ['http://example.org/Library/1|2.0']],
    ['depends-on=http://localhost/fhir/R4/Library/1|2.0', ['Library/1|2.0']],
  ])('of a canonical: %s', (query, targets) => {
    expect(filterOf('Library', query)).toMatchObject({ operands: [{ targets }] });
  });

  it('takes a bare id for every type that is possible', () => {
    const { operands } = filterOf('Observation', 'subject=1') as { operands: { targets: string[] }[] };
    expect([...operands[0]!.targets].sort()).toEqual(['Device/1', 'Group/1', 'Location/1', 'Patient/1']);
  });

  it.each(['subject=a b', 'subject=Nonsense/1', 'subject=/'])('refuses %s', (query) => {
    expect(issuesOf('Observation', query)[0]!.code).toBe('value');
  });
});

describe('date', () => {
  const utc = (...parts: [number, number, number]): number => Date.UTC(...parts);

  it.each([
    ['birthdate=2024', 'eq', utc(2024, 0, 1), utc(2025, 0, 1)],
    ['birthdate=lt2024-02', 'lt', utc(2024, 1, 1), utc(2024, 2, 1)],
    ['birthdate=ge2024-02-29', 'ge', utc(2024, 1, 29), utc(2024, 2, 1)],
    ['birthdate=ap2024-01-01', 'ap', utc(2023, 11, 31), utc(2024, 0, 3)],
  ])('%s', (query, prefix, low, high) => {
    expect(filterOf('Patient', query)).toMatchObject({ kind: 'date', operands: [{ prefix, low, high }] });
  });

  it('reads times with and without a zone', () => {
    const range = (text: string): unknown =>
      (filterOf('Observation', `date=${text}`) as { operands: unknown[] }).operands[0];
    const minute = { low: Date.UTC(2024, 1, 29, 9, 15), high: Date.UTC(2024, 1, 29, 9, 16) };
    expect(range('2024-02-29T10:15+01:00')).toMatchObject(minute);
    expect(range('2024-02-29T10:15 01:00')).toMatchObject(minute);
    expect(range('2024-02-29T09:15')).toMatchObject(minute);
    expect(range('2024-02-29T09:15:00.250Z')).toMatchObject({ low: minute.low + 250, high: minute.low + 251 });
  });

  it.each([
    '2023-02-29',
    '2024-13',
    '2024-00',
    '24',
    'yesterday',
    'xx2024',
    '2024-01-01T25:00',
    '2024-01-01T10',
    '0000',
    '2024-1-1',
  ])('refuses %s', (value) => {
    expect(issuesOf('Patient', `birthdate=${value}`)[0]!.code).toBe('value');
  });
});

describe('parameters of every resource', () => {
  it('reads _id, _lastUpdated, _tag, _profile and :missing', () => {
    expect(filterOf('Patient', '_id=a,b')).toEqual({ kind: 'id', ids: ['a', 'b'] });
    expect(filterOf('Patient', '_lastUpdated=gt2024')).toMatchObject({
      kind: 'lastUpdated',
      operands: [{ prefix: 'gt' }],
    });
    expect(filterOf('Patient', '_tag=urn:t|x')).toMatchObject({ kind: 'token' });
    expect(filterOf('Patient', '_profile=http://example.org/p')).toMatchObject({ kind: 'uri' });
    expect(filterOf('Patient', 'gender:missing=true')).toMatchObject({ kind: 'missing', missing: true });
  });

  it.each(['_id=a b', '_lastUpdated=now', 'gender:missing=yes'])('refuses %s', (query) => {
    expect(issuesOf('Patient', query)[0]!.code).toBe('value');
  });
});

describe('_lastUpdated', () => {
  it('stays within the years 1 to 9999', () => {
    const operand = (value: string): { low: number; high: number } =>
      (filterOf('Patient', `_lastUpdated=${value}`) as { operands: [{ low: number; high: number }] }).operands[0];
    expect(new Date(operand('ap0001').low).toISOString()).toBe('0001-01-01T00:00:00.000Z');
    expect(new Date(operand('lt9999').high).toISOString()).toBe('9999-12-31T23:59:59.999Z');
    expect(new Date(operand('2024').high).toISOString()).toBe('2025-01-01T00:00:00.000Z');
  });
});
