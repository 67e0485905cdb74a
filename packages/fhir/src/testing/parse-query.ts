import { parseSearch } from '../search/parse-search.js';
import type { ParseSearchOptions } from '../search/parse-search-options.js';
import { SearchError, type SearchIssue } from '../search/search-error.js';
import type { SearchQuery } from '../search/search-query.js';

export const PARSE_OPTIONS: ParseSearchOptions = {
  handling: 'strict',
  baseUrl: 'http://localhost/fhir/R4',
  defaultCount: 20,
  maxCount: 1_000,
  nowMs: Date.UTC(2024, 0, 11),
};

/** Reads a query as it stands in a URL, but for percent-encoding. */
export function parseQuery(type: string, query: string, options: Partial<ParseSearchOptions> = {}): SearchQuery {
  const pairs = query.split('&').map((pair) => {
    const [name, ...value] = pair.split('=');
    return [name!, value.join('=')] as const;
  });
  return parseSearch(type, pairs, { ...PARSE_OPTIONS, ...options });
}

/** What is wrong with a query. @throws when nothing is. */
export function issuesOf(
  type: string,
  query: string,
  options: Partial<ParseSearchOptions> = {},
): readonly SearchIssue[] {
  try {
    parseQuery(type, query, options);
  } catch (error) {
    if (error instanceof SearchError) return error.issues;
    throw error;
  }
  throw new Error(`${type}?${query} was accepted`);
}

/** The one filter of a query, without its parameter. */
export function filterOf(type: string, query: string): Record<string, unknown> {
  const { filters } = parseQuery(type, query);
  if (filters.length !== 1) throw new Error(`${type}?${query} has ${filters.length} filters`);
  const { parameter: _parameter, ...rest } = filters[0] as unknown as Record<string, unknown>;
  return rest;
}
