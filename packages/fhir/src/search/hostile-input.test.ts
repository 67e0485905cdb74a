import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choiceMember, elementsOf } from '../definitions/elements.js';
import { resourceTypes } from '../definitions/resource-types.js';
import { PARSE_OPTIONS, parseQuery } from '../testing/parse-query.js';
import { extractSearchValues } from './extract-search-values.js';
import { parseSearch } from './parse-search.js';
import { SearchError } from './search-error.js';
import { MAX_DATE, MIN_DATE } from './search-parameter.js';

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
          const query = parseSearch('Patient', pairs, PARSE_OPTIONS);
          expect(query.applied).toHaveLength(pairs.length);
        } catch (error) {
          expect(error).toBeInstanceOf(SearchError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([',', '\\', '|', 'a,', '\u0301', ' '])('takes no longer than its length asks for: %j', (unit) => {
    const started = performance.now();
    for (const name of ['family', 'identifier', 'birthdate', 'general-practitioner', '_profile', unit.repeat(30_000)]) {
      try {
        parseQuery('Patient', `${name}=${unit.repeat(32_000)}`);
      } catch (error) {
        expect(error).toBeInstanceOf(SearchError);
      }
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('any resource at all', () => {
  it('never throws, whatever stands in the place of an element, and gives only values of their type', () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        Number.NaN,
        undefined,
        '2024-02-29',
        'Patient/1',
        '|',
        '#',
        '',
        { reference: 7 },
        { coding: [null, 'x'] },
      ),
    );
    // Objects that have every member that a data type could be looked for.
    const object = fc.record(
      Object.fromEntries(
        [
          'system',
          'code',
          'value',
          'coding',
          'start',
          'end',
          'event',
          'repeat',
          'boundsPeriod',
          'family',
          'given',
          'text',
          'line',
          'reference',
          'type',
        ].map((name) => [name, fc.oneof(odd, fc.array(odd, { maxLength: 3 }))]),
      ),
      { requiredKeys: [] },
    );
    const element = fc.oneof(odd, object, fc.array(fc.oneof(odd, object), { maxLength: 3 }));
    const resource = fc.constantFrom(...resourceTypes).chain((resourceType) => {
      const names = elementsOf(resourceType).flatMap(({ name, isChoice, types }) =>
        isChoice ? types.map(({ code }) => choiceMember(name, code)) : [name],
      );
      const members = Object.fromEntries(names.map((name) => [name, element]));
      return fc.record({ ...members, resourceType: fc.constant(resourceType) }, { requiredKeys: ['resourceType'] });
    });
    fc.assert(
      fc.property(resource, (one) => {
        for (const value of extractSearchValues(one)) {
          expect(value.parameter.storedAs).toBe(value.parameter);
          expect(value.type).toBe(value.parameter.type);
          if (value.type === 'date') {
            expect(value.low).toBeLessThan(value.high);
            expect(value.low >= MIN_DATE && value.high <= MAX_DATE).toBe(true);
          } else {
            const texts = Object.entries(value).filter(([name]) => !['type', 'parameter', 'system'].includes(name));
            expect(texts.every(([, text]) => typeof text === 'string')).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
