import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FhirError } from '../errors/index.js';
import { formatQueryPairs, parseQueryPairs, queryPairsOf } from './query-pairs.js';

describe('parseQueryPairs', () => {
  it('keeps order and repeats', () => {
    expect(parseQueryPairs('b=2&a=1&b=3')).toEqual([
      ['b', '2'],
      ['a', '1'],
      ['b', '3'],
    ]);
  });

  it('decodes names and values, and a plus as a space', () => {
    expect(parseQueryPairs('code%3Anot=http%3A%2F%2Floinc.org%7C1+2')).toEqual([['code:not', 'http://loinc.org|1 2']]);
  });

  it('takes a name without a value', () => {
    expect(parseQueryPairs('a&b=')).toEqual([
      ['a', ''],
      ['b', ''],
    ]);
  });

  it.each(['a=%zz', 'a=%ff', '%=1', 'a=%00'])('refuses %s', (query) => {
    expect(() => parseQueryPairs(query)).toThrow(FhirError);
  });

  it('reads back what formatQueryPairs wrote', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((value) => value.isWellFormed() && !value.includes('\0'));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
        expect(parseQueryPairs(formatQueryPairs(pairs))).toEqual(pairs);
      }),
    );
  });
});

describe('queryPairsOf', () => {
  it('takes what is behind the first question mark', () => {
    expect(queryPairsOf('/fhir/R4/Patient?name=a?b')).toEqual([['name', 'a?b']]);
    expect(queryPairsOf('/fhir/R4/Patient')).toEqual([]);
  });
});
