import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fhirpath from 'fhirpath';
import model from 'fhirpath/fhir-context/r4';
import { describe, expect, it } from 'vitest';
import { compileExpression } from '../fhirpath/compile-expression.js';
import { parseExpression } from '../fhirpath/parse-expression.js';
import { isExtracted } from './extract-search-values.js';
import { searchParametersOf } from './search-parameters.js';
import { SAMPLE_RESOURCES } from './sample-resources.js';

/** Published examples of many types: more to compare on where they are at hand. */
const EXAMPLES = new URL('../../../../../shared/samples/fhir-r4-examples/', import.meta.url);

type Resource = Record<string, unknown> & { readonly resourceType: string };

const resources: readonly Resource[] = [
  ...SAMPLE_RESOURCES,
  ...(existsSync(EXAMPLES)
    ? readdirSync(EXAMPLES)
        .map((name) => JSON.parse(readFileSync(new URL(name, EXAMPLES), 'utf8')) as Resource)
        .filter(({ resourceType }) => typeof resourceType === 'string')
    : []),
];

/** What an independent FHIRPath engine finds. References are compared by their text, so `resolve()` is left to us. */
function independent(resource: Resource, expression: string): string[] {
  const withoutResolve = expression.replace(/\.where\(resolve\(\) is \w+\)/g, '');
  const found = fhirpath.evaluate(resource, withoutResolve, {}, model, { resolveInternalTypes: true }) as unknown[];
  return distinct(found);
}

function ours(resource: Resource, expression: string): string[] {
  const withoutResolve = expression.replace(/\.where\(resolve\(\) is \w+\)/g, '');
  const evaluate = compileExpression(parseExpression(withoutResolve), resource.resourceType);
  return distinct(evaluate(resource).map(({ value }) => value));
}

/** A union has each value once; ours leaves that to the entries. */
function distinct(values: readonly unknown[]): string[] {
  return [...new Set(values.map((value) => JSON.stringify(value)))].sort();
}

describe('the expressions of search parameters', () => {
  it('find what an independent FHIRPath engine finds', () => {
    let compared = 0;
    const differences: string[] = [];
    for (const resource of resources) {
      for (const parameter of searchParametersOf(resource.resourceType).values()) {
        if (!isExtracted(parameter)) {
          continue;
        }
        const [mine, theirs] = [ours(resource, parameter.expression), independent(resource, parameter.expression)];
        compared += theirs.length;
        if (JSON.stringify(mine) !== JSON.stringify(theirs)) {
          differences.push(`${parameter.url}: ${mine.join()} and not ${theirs.join()}`);
        }
      }
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  });
});
