import { closestNames } from './closest-names.js';
import { isExtracted } from './extract-search-values.js';
import { parseFilter } from './parse-filter.js';
import type { ParseSearchOptions, ResolvedName } from './parse-search-options.js';
import { parseResultParameter, RESULT_PARAMETERS, type ResultParameters } from './parse-result-parameter.js';
import { SearchError, type SearchIssue } from './search-error.js';
import type { SearchParameter } from './search-parameter.js';
import { searchParametersOf } from './search-parameters.js';
import type { SearchFilter, SearchQuery } from './search-query.js';

/** Parameters of R4 that are of no type in particular, and not of this server. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  '_contained',
  '_containedType',
  '_content',
  '_filter',
  '_has',
  '_include',
  '_list',
  '_query',
  '_revinclude',
  '_text',
  '_type',
]);

/** Bounds of what one query may ask for: a page of a browser stays far below, a flood does not get through. */
const MAX_PARAMETERS = 64;
const MAX_OPERANDS = 1_000;
const MAX_VALUE_LENGTH = 32_768;

/**
 * Reads a query and checks it against the published search parameters (http://hl7.org/fhir/R4/search.html).
 *
 * @param pairs Names, with their modifiers, and values as given, decoded.
 * @throws {SearchError} with an issue for every parameter that is unknown or malformed.
 */
export function parseSearch(
  resourceType: string,
  pairs: readonly (readonly [name: string, value: string])[],
  options: ParseSearchOptions,
): SearchQuery {
  if (pairs.length > MAX_PARAMETERS) {
    throw SearchError.of('too-costly', '', `A search takes ${MAX_PARAMETERS} parameters at most.`);
  }
  const issues: SearchIssue[] = [];
  const filters: SearchFilter[] = [];
  const applied: (readonly [string, string])[] = [];
  const ignored: { name: string; reason: string }[] = [];
  let result: ResultParameters = {};
  for (const [name, value] of pairs) {
    try {
      if (value.length > MAX_VALUE_LENGTH) {
        throw SearchError.of(
          'too-long',
          shortened(name),
          `${shortened(name)} is longer than ${MAX_VALUE_LENGTH} characters.`,
        );
      }
      if (RESULT_PARAMETERS.has(name)) {
        const read = parseResultParameter(name, value, options.maxCount);
        if (Object.keys(read).some((key) => key in result)) {
          throw SearchError.of('value', name, `${name} is given more than once.`);
        }
        result = { ...result, ...read };
        applied.push([name, read.count === undefined ? value : String(read.count)]);
        continue;
      }
      const resolved = resolve(resourceType, name);
      if (!('issue' in resolved)) {
        filters.push(parseFilter(resolved, value, options));
        applied.push([name, value]);
      } else if (options.handling === 'lenient') {
        ignored.push({ name: shortened(name), reason: resolved.issue.diagnostics });
      } else {
        issues.push(resolved.issue);
      }
    } catch (error) {
      if (!(error instanceof SearchError)) {
        throw error;
      }
      issues.push(...error.issues);
    }
  }
  const operands = filters.reduce((sum, filter) => sum + countOperands(filter), 0);
  if (operands > MAX_OPERANDS) {
    issues.push({ code: 'too-costly', parameter: '', diagnostics: `A search takes ${MAX_OPERANDS} values at most.` });
  }
  if (issues.length > 0) {
    throw new SearchError(issues);
  }
  return {
    resourceType,
    filters,
    sort: result.sort,
    count: result.count ?? options.defaultCount,
    total: result.total ?? 'none',
    summary: result.summary,
    elements: result.elements ?? [],
    cursor: result.cursor,
    applied,
    ignored,
  };
}

/** The parameters that this server searches by, for the CapabilityStatement; none for what is no type of R4. */
export function supportedSearchParameters(resourceType: string): readonly SearchParameter[] {
  return [...searchParametersOf(resourceType).values()].filter(isSupported);
}

function isSupported(parameter: SearchParameter): boolean {
  return parameter.code === '_id' || parameter.code === '_lastUpdated' || isExtracted(parameter);
}

/** The parameter that is meant; what handling=lenient may ignore is an issue: the rest of a name is meant as given. */
function resolve(resourceType: string, given: string): ResolvedName | { readonly issue: SearchIssue } {
  const name = shortened(given);
  const [head = '', modifier, ...more] = given.split(':');
  const notSupported = (diagnostics: string) => ({
    issue: { code: 'not-supported', parameter: name, diagnostics } as const,
  });
  if (UNSUPPORTED.has(head)) {
    return notSupported(`${head} is not supported by this server.`);
  }
  if (given.includes('.') || more.length > 0) {
    return notSupported(`${name}: chained searches are not supported by this server.`);
  }
  const parameter = searchParametersOf(resourceType).get(head);
  if (parameter === undefined) {
    const known = [...supportedSearchParameters(resourceType).map(({ code }) => code), ...RESULT_PARAMETERS];
    return notSupported(
      `${resourceType} has no search parameter ${name}. It has: ${closestNames(head, known).join(', ')}.`,
    );
  }
  return isSupported(parameter)
    ? { name, parameter, modifier }
    : notSupported(`${name} is a ${parameter.type} parameter, which this server does not search by.`);
}

function countOperands(filter: SearchFilter): number {
  switch (filter.kind) {
    case 'missing':
      return 1;
    case 'id':
      return filter.ids.length;
    case 'reference':
      return filter.operands.reduce((sum, { targets }) => sum + targets.length, 0);
    default:
      return filter.operands.length;
  }
}

/** What a stranger gave as a name is repeated no longer than a name can be. */
function shortened(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}
