import { SearchError, parseSearch, type SearchQuery } from '@healthcare/fhir';
import type { Transaction } from '../../platform/database/index.js';
import { FhirError } from '../../platform/errors/index.js';
import { formatQueryPairs, type QueryPairs } from '../../platform/http/index.js';
import type { SearchReader } from '../search/index.js';
import { bundleText } from './bundle-text.js';
import type { InteractionRequest, InteractionResult } from './interaction-request.js';
import { applySubset } from './subset.js';

const DEFAULT_COUNT = 20;
const MAX_COUNT = 1_000;

/**
 * Reads and checks the query of a search or of a condition.
 *
 * @throws {FhirError} 400 with an issue for each parameter that is unknown or malformed.
 */
export function readSearch(
  type: string,
  query: QueryPairs,
  options: { readonly handling: 'strict' | 'lenient'; readonly baseUrl: string },
): SearchQuery {
  try {
    return parseSearch(type, query, { ...options, defaultCount: DEFAULT_COUNT, maxCount: MAX_COUNT });
  } catch (error) {
    if (error instanceof SearchError) {
      throw new FhirError(
        400,
        error.issues.map(({ code, diagnostics }) => ({ severity: 'error' as const, code, diagnostics })),
      );
    }
    throw error;
  }
}

/** Answers a search with a page of its matches: a searchset Bundle with the links to itself and to the next page. */
export async function searchType(
  tx: Transaction,
  searches: SearchReader,
  baseUrl: string,
  query: SearchQuery,
  request: Pick<InteractionRequest, 'subset'>,
): Promise<InteractionResult> {
  const page = await searches.page(tx, query);
  const link = (pairs: QueryPairs): string =>
    `${baseUrl}/${query.resourceType}${pairs.length === 0 ? '' : `?${formatQueryPairs(pairs)}`}`;
  const withoutCursor = query.applied.filter(([name]) => name !== '_cursor');
  const ignored = query.ignored.map(({ name, reason }) => ({
    resource: JSON.stringify({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'warning', code: 'not-supported', diagnostics: `${name}: ${reason}` }],
    }),
    search: { mode: 'outcome' },
  }));
  const body = bundleText(
    {
      type: 'searchset',
      ...(page.total === undefined ? {} : { total: page.total }),
      link: [
        { relation: 'self', url: link(query.applied) },
        ...(page.next === undefined
          ? []
          : [{ relation: 'next', url: link([...withoutCursor, ['_cursor', page.next]]) }]),
      ],
    },
    [
      ...page.matches.map((match) => ({
        fullUrl: `${baseUrl}/${match.type}/${match.id}`,
        resource: applySubset(match.body!, request.subset),
        search: { mode: 'match' },
      })),
      ...ignored,
    ],
  );
  return { status: 200, body };
}
