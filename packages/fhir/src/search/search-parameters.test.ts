import { describe, expect, it } from 'vitest';
import { resourceTypes } from '../definitions/resource-types.js';
import { compileExpression } from '../fhirpath/compile-expression.js';
import { parseExpression } from '../fhirpath/parse-expression.js';
import { searchParametersOf } from './search-parameters.js';

describe('the published search parameters', () => {
  it('all compile, for every type', () => {
    let count = 0;
    for (const type of resourceTypes) {
      for (const parameter of searchParametersOf(type).values()) {
        if (parameter.code !== '_id') {
          expect(() => compileExpression(parseExpression(parameter.expression), type), parameter.url).not.toThrow();
          count += 1;
        }
      }
    }
    expect(count).toBeGreaterThan(2_000);
  });

  it('have keys of their own', () => {
    const all = resourceTypes.flatMap((type) => [...searchParametersOf(type).values()]);
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
    expect(all.every(({ key }) => Number.isInteger(key) && key >= -(2 ** 31) && key < 2 ** 31)).toBe(true);
  });

  it('keep those keys: a stored entry must be found by the next release', () => {
    expect(searchParametersOf('Observation').get('code')!.key).toBe(-1_555_152_208);
  });

  it('are those of the type and of every resource; what is no type of R4 has none', () => {
    const codes = [...searchParametersOf('InsurancePlan').keys()];
    expect(codes).toEqual(
      expect.arrayContaining(['_id', '_lastUpdated', '_tag', '_profile', '_security', '_source', 'name', 'address']),
    );
    for (const type of ['Nonsense', '__proto__', 'Resource', 'HumanName']) {
      expect(searchParametersOf(type).size, type).toBe(0);
    }
  });

  it('are not stored twice where one narrows the other', () => {
    const { patient, subject } = Object.fromEntries(searchParametersOf('Observation')) as Record<string, never>;
    expect(patient).toMatchObject({ storedAs: subject, targets: ['Patient'] });
  });
});
