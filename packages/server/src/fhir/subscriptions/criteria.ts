import { isResourceType, parseSearch, SearchError, type SearchFilter } from '@healthcare/fhir';
import { FhirError, type IssueCode } from '../../platform/errors/index.js';
import { parseQueryPairs } from '../../platform/http/index.js';

/** Subscription.criteria, read: what a version must be and match. */
export interface Criteria {
  readonly resourceType: string;
  readonly filters: readonly SearchFilter[];
}

const PATH = 'Subscription.criteria';

/** Types whose changes are told to nobody: a Subscription holds the credentials of its receiver. */
const SILENT_TYPES = new Set(['Subscription']);

/** Parameters that shape the answer of a search; a criterion has no answer. */
const NOT_A_CONDITION = new Set([
  '_count',
  '_sort',
  '_total',
  '_summary',
  '_elements',
  '_format',
  '_pretty',
  '_cursor',
  '_contained',
  '_containedType',
  '_include',
  '_revinclude',
]);

/**
 * Reads `Type` or `Type?parameter=value&…`, as strictly as a search with handling=strict.
 *
 * @throws {FhirError} 422 with what is wrong, at Subscription.criteria.
 */
export function parseCriteria(text: string, baseUrl: string): Criteria {
  const [, resourceType = '', query = ''] = /^([A-Za-z]+)(?:\?(.*))?$/s.exec(text) ?? [];
  if (!isResourceType(resourceType)) {
    throw problem('value', 'The criteria must be a resource type of R4 and a query, e.g. Observation?status=final.');
  }
  if (SILENT_TYPES.has(resourceType)) {
    throw problem('not-supported', `Changes of ${resourceType} cannot be subscribed to.`);
  }
  const pairs = parseQueryPairs(query);
  const shaping = pairs.find(([name]) => NOT_A_CONDITION.has(name.split(':')[0]!));
  if (shaping !== undefined) {
    throw problem(
      'not-supported',
      'The criteria select resources: parameters that shape an answer have no meaning there.',
    );
  }
  try {
    return {
      resourceType,
      filters: parseSearch(resourceType, pairs, { handling: 'strict', baseUrl, defaultCount: 1, maxCount: 1 }).filters,
    };
  } catch (error) {
    if (error instanceof SearchError) {
      throw new FhirError(
        422,
        error.issues.map(({ code, diagnostics }) => ({
          severity: 'error' as const,
          code,
          diagnostics,
          expression: [PATH],
        })),
      );
    }
    throw error;
  }
}

function problem(code: IssueCode, diagnostics: string): FhirError {
  return FhirError.of(422, code, diagnostics, PATH);
}
