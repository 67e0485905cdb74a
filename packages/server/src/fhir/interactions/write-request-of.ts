import type { SearchQuery } from '@healthcare/fhir';
import { FhirError } from '../../platform/errors/index.js';
import { parseQueryPairs, type QueryPairs } from '../../platform/http/index.js';
import type { Interaction } from './interaction.js';
import type { InteractionRequest } from './interaction-request.js';
import { readSearch } from './search-type.js';
import { validateForWrite } from './validate-for-write.js';
import type { WriteObserver } from './write-observer.js';
import type { WriteRequest } from './write-request.js';

export type WriteInteraction = Extract<Interaction, { kind: 'create' | 'update' | 'delete' }>;

/** Parameters that shape the answer and select nothing: a condition of these alone would match everything. */
const NOT_SELECTIVE = new Set(['_format', '_pretty', '_summary', '_elements', '_count', '_total', '_sort', '_cursor']);

/**
 * Reads and validates a create, update or delete; touches no database.
 *
 * @param path FHIRPath of the resource inside a bundle, for the outcome.
 * @throws {FhirError} 400 for an invalid resource or condition; 412 for a condition that selects nothing.
 */
export function writeRequestOf(
  interaction: WriteInteraction,
  request: InteractionRequest,
  baseUrl: string,
  observers: readonly WriteObserver[],
  path?: string,
): WriteRequest {
  const { type } = interaction;
  if (interaction.kind === 'create') {
    const condition = request.ifNoneExist === undefined ? undefined : ifNoneExist(type, request.ifNoneExist, baseUrl);
    return { kind: 'create', type, condition, resource: validateForWrite(request.body(), type, observers, path) };
  }
  const condition = interaction.id === undefined ? conditionOf(type, request.query, baseUrl) : undefined;
  if (interaction.kind === 'delete') {
    return { kind: 'delete', type, id: interaction.id, condition, ifMatch: request.ifMatch };
  }
  const resource = validateForWrite(request.body(), type, observers, path);
  if (interaction.id !== undefined && resource.id !== interaction.id) {
    throw FhirError.of(
      400,
      resource.id === undefined ? 'required' : 'value',
      'The id of the body must be the id of the URL.',
      `${path ?? type}.id`,
    );
  }
  const { ifMatch, ifNoneMatch } = request;
  return { kind: 'update', type, id: interaction.id, condition, resource, ifMatch, ifNoneMatch };
}

/** If-None-Exist holds a query, with or without the `?` or the type before it. */
function ifNoneExist(type: string, header: string, baseUrl: string): SearchQuery {
  const query = header.startsWith(`${type}?`) ? header.slice(type.length + 1) : header.replace(/^\?/, '');
  return conditionOf(type, parseQueryPairs(query), baseUrl);
}

/** A condition is always strict: a parameter left out would widen what is changed. */
function conditionOf(type: string, query: QueryPairs, baseUrl: string): SearchQuery {
  const selective = query.filter(([name]) => !NOT_SELECTIVE.has(name));
  if (selective.length === 0) {
    throw FhirError.of(412, 'required', 'The condition selects nothing: give at least one search parameter.');
  }
  return readSearch(type, selective, { handling: 'strict', baseUrl });
}
