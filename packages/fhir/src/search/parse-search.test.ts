import { describe, expect, it } from 'vitest';
import { issuesOf, parseQuery } from '../testing/parse-query.js';
import { supportedSearchParameters } from './parse-search.js';
import { SearchError } from './search-error.js';

describe('what shapes the result', () => {
  it('is read, with defaults', () => {
    expect(parseQuery('Patient', 'gender=male')).toMatchObject({
      count: 20,
      total: 'none',
      elements: [],
      sort: undefined,
    });
    expect(
      parseQuery(
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
    expect(parseQuery('Patient', '_count=0').count).toBe(0);
    expect(parseQuery('Patient', '_count=999999')).toMatchObject({ count: 1_000, applied: [['_count', '1000']] });
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

describe('an unknown parameter', () => {
  it('is refused with the names that there are, the likeliest first', () => {
    const [issue] = issuesOf('Patient', 'famly=x');
    expect(issue).toMatchObject({ code: 'not-supported', parameter: 'famly' });
    expect(issue!.diagnostics).toMatch(/^Patient has no search parameter famly\. It has: family, /);
    expect(issue!.diagnostics).toContain('birthdate');
  });

  it('is left out where handling is lenient, but a known one must be right all the same', () => {
    const query = parseQuery('Patient', 'famly=x&gender=male', { handling: 'lenient' });
    expect(query.applied).toEqual([['gender', 'male']]);
    expect(query.ignored).toEqual([{ name: 'famly', reason: expect.stringContaining('no search parameter') }]);
    expect(() => parseQuery('Patient', 'birthdate=x', { handling: 'lenient' })).toThrow(SearchError);
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

describe('supportedSearchParameters', () => {
  it('are those that a search accepts', () => {
    for (const { code, type } of supportedSearchParameters('Observation')) {
      const value = { token: 'a', string: 'a', reference: 'Patient/1', date: '2024', uri: 'urn:a' }[type as string]!;
      expect(() => parseQuery('Observation', `${code}=${value}`), code).not.toThrow();
    }
    expect(supportedSearchParameters('Observation').length).toBeGreaterThan(25);
  });
});
