import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSearch, supportedSearchParameters } from './parse-search.js';
import type { ParseSearchOptions } from './parse-search-options.js';
import { SearchError, type SearchIssue } from './search-error.js';
import type { SearchQuery } from './search-query.js';

const OPTIONS: ParseSearchOptions = {
  handling: 'strict',
  baseUrl: 'http://localhost/fhir/R4',
  defaultCount: 20,
  maxCount: 1_000,
  nowMs: Date.UTC(2024, 0, 11),
};

function parse(type: string, query: string, options: Partial<ParseSearchOptions> = {}): SearchQuery {
  const pairs = query.split('&').map((pair) => {
    const [name, ...value] = pair.split('=');
    return [name!, value.join('=')] as const;
  });
  return parseSearch(type, pairs, { ...OPTIONS, ...options });
}

function issuesOf(type: string, query: string, options: Partial<ParseSearchOptions> = {}): readonly SearchIssue[] {
  try {
    parse(type, query, options);
  } catch (error) {
    expect(error).toBeInstanceOf(SearchError);
    return (error as SearchError).issues;
  }
  throw new Error(`${type}?${query} was accepted`);
}

/** The one filter of a query, without its parameter. */
function filterOf(type: string, query: string): Record<string, unknown> {
  const { filters } = parse(type, query);
  expect(filters).toHaveLength(1);
  const { parameter: _parameter, ...rest } = filters[0] as unknown as Record<string, unknown>;
  return rest;
}

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
    expect(parse('Coverage', 'patient:missing=true').filters).toMatchObject([
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

describe('what shapes the result', () => {
  it('is read, with defaults', () => {
    expect(parse('Patient', 'gender=male')).toMatchObject({ count: 20, total: 'none', elements: [], sort: undefined });
    expect(
      parse(
        'Patient',
        '_count=5&_total=accurate&_summary=count&_elements=a, b&_sort=-_lastUpdated&_cursor=x&_format=json',
      ),
    ).toMatchObject({
      count: 5,
      total: 'accurate',
      summary: 'count',
      elements: ['a', 'b'],
      sort: { by: '_lastUpdated', descending: true },
      cursor: 'x',
      filters: [],
    });
    expect(parse('Patient', '_count=0').count).toBe(0);
    expect(parse('Patient', '_count=999999')).toMatchObject({ count: 1_000, applied: [['_count', '1000']] });
  });

  it.each([
    '_count=-1',
    '_count=1.5',
    '_total=some',
    '_summary=all',
    '_count=1&_count=2',
    '_elements=',
    '_elements=a,,b',
    '_cursor= ',
  ])('refuses %s', (query) => {
    expect(issuesOf('Patient', query)[0]!.code).toBe('value');
  });
});

describe('a parameter of R4 that this server does not have', () => {
  it.each([
    '_include=Patient:organization',
    '_revinclude:iterate=x',
    '_has:Observation:patient:code=x',
    '_text=x',
    '_list=1',
    '_filter=x',
  ])('%s', (query) => {
    const name = /^_[a-z]+/.exec(query)![0];
    expect(issuesOf('Patient', query)).toMatchObject([
      { code: 'not-supported', diagnostics: `${name} is not supported by this server.` },
    ]);
  });

  it('as an order that is not kept could mislead, _sort is refused however lenient', () => {
    expect(issuesOf('Patient', '_sort=name', { handling: 'lenient' })).toMatchObject([
      { code: 'not-supported', parameter: '_sort' },
    ]);
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

describe('an unknown parameter', () => {
  it('is refused with the names that there are, the likeliest first', () => {
    const [issue] = issuesOf('Patient', 'famly=x');
    expect(issue).toMatchObject({ code: 'not-supported', parameter: 'famly' });
    expect(issue!.diagnostics).toMatch(/^Patient has no search parameter famly\. It has: family, /);
    expect(issue!.diagnostics).toContain('birthdate');
  });

  it('is left out where handling is lenient, but a known one must be right all the same', () => {
    const query = parse('Patient', 'famly=x&gender=male', { handling: 'lenient' });
    expect(query.applied).toEqual([['gender', 'male']]);
    expect(query.ignored).toEqual([{ name: 'famly', reason: expect.stringContaining('no search parameter') }]);
    expect(() => parse('Patient', 'birthdate=x', { handling: 'lenient' })).toThrow(SearchError);
  });

  it.each([
    'general-practitioner.name=x',
    '_has:Observation:patient:code=x',
    'value-quantity=5',
    'code-value-quantity=a$b',
    'phonetic=x',
  ])('counts %s among them', (query) => {
    expect(issuesOf(query.includes('value') ? 'Observation' : 'Patient', query)[0]!.code).toBe('not-supported');
  });

  it('is told together with all other faults', () => {
    expect(issuesOf('Patient', 'famly=x&birthdate=y&gender=')).toHaveLength(3);
  });
});

describe('bounds', () => {
  it.each([
    ['parameters', Array.from({ length: 65 }, () => 'gender=male').join('&')],
    ['values', `gender=${Array.from({ length: 1_001 }, () => 'a').join(',')}`],
    ['targets', `subject=${Array.from({ length: 300 }, (_, n) => n).join(',')}`],
  ])('on the number of %s', (_name, query) => {
    expect(
      issuesOf(query.startsWith('subject') ? 'Observation' : 'Patient', query).some(
        ({ code }) => code === 'too-costly',
      ),
    ).toBe(true);
  });

  it('on the length of a value', () => {
    expect(issuesOf('Patient', `family=${'a'.repeat(40_000)}`)[0]!.code).toBe('too-long');
  });
});

describe('any query at all', () => {
  it('is read or refused, and never fails otherwise', () => {
    const names = [
      'gender',
      'family',
      'birthdate',
      'general-practitioner',
      'identifier',
      '_id',
      '_lastUpdated',
      '_count',
      '_sort',
      '_profile',
    ];
    const name = fc.oneof(
      fc.constantFrom(...names),
      fc
        .tuple(fc.constantFrom(...names), fc.constantFrom('not', 'exact', 'missing', 'Patient', ''))
        .map((parts) => parts.join(':')),
      fc.string(),
      fc.constantFrom('__proto__', 'constructor', 'toString'),
    );
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('\\', ',', '|', '$', ':', '2024', '-', 'T', 'ge', 'Patient/', 'a'))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 5 }), (pairs) => {
        try {
          const query = parseSearch('Patient', pairs, OPTIONS);
          expect(query.applied).toHaveLength(pairs.length);
        } catch (error) {
          expect(error).toBeInstanceOf(SearchError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([',', '\\', '|', 'a,', '\u0301', ' '])('takes no longer than its length asks for: %j', (unit) => {
    const started = performance.now();
    for (const name of ['family', 'identifier', 'birthdate', 'general-practitioner', '_profile', unit.repeat(30_000)]) {
      try {
        parse('Patient', `${name}=${unit.repeat(32_000)}`);
      } catch (error) {
        expect(error).toBeInstanceOf(SearchError);
      }
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('supportedSearchParameters', () => {
  it('are those that a search accepts', () => {
    for (const { code, type } of supportedSearchParameters('Observation')) {
      const value = { token: 'a', string: 'a', reference: 'Patient/1', date: '2024', uri: 'urn:a' }[type as string]!;
      expect(() => parse('Observation', `${code}=${value}`), code).not.toThrow();
    }
    expect(supportedSearchParameters('Observation').length).toBeGreaterThan(25);
  });
});
