import { parseJson, selectElements, summarize, unknownElements } from '@healthcare/fhir';
import { FhirError } from '../../platform/errors/index.js';
import type { QueryPairs } from '../../platform/http/index.js';
import type { Resource } from '../resource.js';

/** The part of each resource that the caller wants: `_summary` and `_elements`. */
export interface Subset {
  readonly summary: 'true' | 'text' | 'data' | undefined;
  readonly elements: readonly string[];
}

/**
 * Reads `_summary` and `_elements` of a query. `_summary=count` is a search's own affair and means the whole here.
 *
 * @throws {FhirError} 400 for another value of `_summary`.
 */
export function parseSubset(query: QueryPairs): Subset {
  const summary = query.find(([name]) => name === '_summary')?.[1];
  const elements = query
    .filter(([name]) => name === '_elements')
    .flatMap(([, value]) => value.split(',').map((element) => element.trim()));
  switch (summary) {
    case 'true':
    case 'text':
    case 'data':
      return { summary, elements };
    case undefined:
    case 'false':
    case 'count':
      return { summary: undefined, elements };
    default:
      throw FhirError.of(400, 'value', '_summary is one of true, text, data, count, false.');
  }
}

/**
 * Refuses `_elements` that the type does not have: what is misspelt would silently be missing.
 *
 * @throws {FhirError} 400 naming them.
 */
export function requireKnownElements(type: string, { elements }: Subset): void {
  const unknown = unknownElements(type, elements);
  if (unknown.length > 0) {
    throw FhirError.of(
      400,
      'value',
      `_elements names what ${type} does not have: ${unknown.map(shortened).join(', ')}.`,
    );
  }
}

/** What a stranger gave as a name is repeated no longer than a name can be. */
function shortened(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}

/** The JSON text of a resource, reduced; untouched where all of it is wanted. */
export function applySubset(body: string, subset: Subset): string {
  if (subset.summary === undefined && subset.elements.length === 0) {
    return body;
  }
  const resource = parseJson(body) as unknown as Resource;
  const reduced = subset.summary === undefined ? resource : summarize(resource, subset.summary);
  return JSON.stringify(subset.elements.length === 0 ? reduced : selectElements(reduced, subset.elements));
}
