import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resourceTypes } from '../definitions/resource-types.js';
import { parseJson } from '../json/parse-json.js';
import { MAX_DEPTH } from './resource-validator.js';
import { validateResource } from './validate-resource.js';
import { faultsOf, patient } from '../testing/faults-of.js';

describe('hostile input', () => {
  it('is bounded in depth', () => {
    let item: object = { linkId: 'a', type: 'group' };
    for (let level = 1; level < MAX_DEPTH - 1; level += 1) item = { linkId: 'a', type: 'group', item: [item] };
    const questionnaire = { resourceType: 'Questionnaire', status: 'draft', item: [item] };
    expect(faultsOf(questionnaire)).toEqual([]);
    expect(faultsOf({ ...questionnaire, item: [{ linkId: 'a', type: 'group', item: [item] }] })).toEqual([
      `too-long Questionnaire${'.item[0]'.repeat(MAX_DEPTH)}`,
    ]);
    const deep = parseJson(
      `{"resourceType":"Patient","extension":${'[{"extension":'.repeat(50_000)}1${'}]'.repeat(50_000)}}`,
    );
    expect(validateResource(deep).some(({ code }) => code === 'too-long')).toBe(true);
  });

  it('never throws', () => {
    const type = fc.constantFrom(...resourceTypes);
    const name = fc.constantFrom(
      'id',
      'meta',
      'extension',
      '_id',
      'url',
      'valueString',
      'contained',
      'reference',
      'entry',
      'text',
      'div',
    );
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'medium' },
        fc.jsonValue(),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.oneof(name, fc.string()), tie('node'), { maxKeys: 4 }),
        fc
          .tuple(type, fc.dictionary(name, tie('node'), { maxKeys: 5 }))
          .map(([resourceType, rest]) => ({ ...rest, resourceType })),
      ),
    })).node;
    fc.assert(
      fc.property(type, fc.dictionary(name, tree), (resourceType, members) => {
        for (const { expression, diagnostics } of validateResource({ resourceType, ...members })) {
          expect(expression.startsWith(resourceType)).toBe(true);
          expect(diagnostics).toMatch(/^(?:Expected|More) /);
        }
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true }),
        (value) => validateResource(value).length > 0,
      ),
    );
  });

  it('takes time in proportion to its size', () => {
    const timeOf = (size: number): number => {
      const name = Array.from({ length: size }, () => ({ given: ['a'], period: { start: '2024-01-01' }, x: 1 }));
      const value = patient({ name, contact: Array.from({ length: size }, () => ({ name: { family: 'a' } })) });
      const started = performance.now();
      validateResource(value);
      return performance.now() - started;
    };
    timeOf(1000);
    expect(timeOf(200_000)).toBeLessThan(30_000);
  });
});
