import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fhirpath from 'fhirpath';
import model from 'fhirpath/fhir-context/r4';
import { describe, expect, it } from 'vitest';
import { resourceTypes } from '../definitions/resource-types.js';
import { compileExpression } from '../fhirpath/compile-expression.js';
import { parseExpression } from '../fhirpath/parse-expression.js';
import { sampleOf } from '../testing/sample-resource.js';
import { SAMPLE_RESOURCES } from '../testing/search-samples.js';
import { searchParametersOf } from './search-parameters.js';

type Resource = Record<string, unknown> & { readonly resourceType: string };
type Find = (resource: Resource) => readonly unknown[];

/** Types of a choice element at most that a sample takes in turn: `Observation.value` has eleven. */
const PICKS = 11;

/** Published examples of many types: more to compare on where they are at hand. */
const EXAMPLES = new URL('../../../../../shared/samples/fhir-r4-examples/', import.meta.url);

/**
 * Its resources are complete inside: what an entry holds is no element of the bundle, and ours does not look into it.
 * `Bundle.entry[0].resource` is the only expression there.
 */
const INTO_RESOURCES: ReadonlySet<string> = new Set(['Bundle.entry[0].resource']);

/** Its union takes 1e-22 and 1e-245 for the same number, which takes nothing from ours. */
const BEYOND_ITS_DECIMALS: ReadonlySet<unknown> = new Set(['decimal']);

function independent(expression: string): Find {
  // No engine can follow a reference without a server: what it leads to is told from its text.
  const readable = expression.replaceAll(
    /where\(resolve\(\) is (\w+)\)/g,
    "where(reference.matches('(^|.*/)$1/[A-Za-z0-9.-]+(/_history/[A-Za-z0-9.-]+)?$$'))",
  );
  const evaluate = fhirpath.compile(readable, model, { resolveInternalTypes: true });
  return (resource) => evaluate(resource, {}) as unknown[];
}

function ours(expression: string, type: string): Find {
  const evaluate = compileExpression(parseExpression(expression), type);
  return (resource) => evaluate(resource).map(({ value }) => value);
}

/** A union has each value once; ours leaves that to the entries. */
function distinct(values: readonly unknown[]): readonly string[] {
  return [...new Set(values.map((value) => JSON.stringify(value)))].sort();
}

/** A resource with what the conditions of an expression ask for, wherever a member has the name that they ask about. */
function satisfying(expression: string, resource: Resource): Resource {
  const [, member, literal] = /where\((\w+)='([^']*)'\)/.exec(expression) ?? [];
  const target = /resolve\(\) is (\w+)/.exec(expression)?.[1];
  const text = JSON.stringify(resource, (name, value: unknown) => {
    if (typeof value !== 'string') return value;
    if (name === member) return literal;
    return name === 'reference' && target !== undefined ? `${target}/1` : value;
  });
  return JSON.parse(text) as Resource;
}

/** Names of the parameters that find something else than the independent engine does, and of those that find nothing. */
function compare(type: string, resources: readonly Resource[]): { differing: string[]; silent: string[] } {
  const [differing, silent]: [string[], string[]] = [[], []];
  for (const { code, expression } of searchParametersOf(type).values()) {
    if (INTO_RESOURCES.has(expression)) continue;
    const [find, witness] = [ours(expression, type), independent(expression)];
    const all = expression.includes('where(') ? [...resources, satisfying(expression, resources[0]!)] : resources;
    const found = all.map((resource) => [distinct(find(resource)), distinct(witness(resource))] as const);
    const difference = found.find(([mine, theirs]) => mine.join() !== theirs.join());
    if (difference !== undefined)
      differing.push(`${type}.${code}: ${difference[0].join()} and not ${difference[1].join()}`);
    if (found.every(([, theirs]) => theirs.length === 0)) silent.push(`${type}.${code}`);
  }
  return { differing, silent };
}

describe('the expressions of search parameters find what an independent FHIRPath engine finds', () => {
  it('in a resource with every element, of every type', { timeout: 60_000 }, () => {
    const differing: string[] = [];
    const silent: string[] = [];
    for (const type of resourceTypes) {
      const samples = Array.from({ length: PICKS }, (_, pick) => sampleOf(type, 4, pick) as Resource);
      const written = SAMPLE_RESOURCES.filter(({ resourceType }) => resourceType === type);
      const result = compare(type, [...samples, ...written]);
      differing.push(...result.differing);
      silent.push(...result.silent);
    }
    expect(differing).toEqual([]);
    // What nothing was found by was not compared.
    expect(silent).toEqual([]);
  });

  it.skipIf(!existsSync(EXAMPLES))('in published examples (skipped without ../shared/samples)', () => {
    const examples = readdirSync(EXAMPLES)
      .map((name) => JSON.parse(readFileSync(new URL(name, EXAMPLES), 'utf8')) as Resource)
      .filter(({ resourceType, id }) => typeof resourceType === 'string' && !BEYOND_ITS_DECIMALS.has(id));
    const differing = examples.flatMap((example) => compare(example.resourceType, [example]).differing);
    expect(differing).toEqual([]);
    expect(examples.length).toBeGreaterThan(50);
  });
});
