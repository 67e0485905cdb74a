import type { SearchQuery } from '@healthcare/fhir';
import type { Transaction } from '../../platform/database/index.js';
import { type Cursor, formatCursor, parseCursor } from '../cursor.js';
import { type StoredVersion, toVersion } from '../storage/index.js';
import { compileCount, compilePage } from './compile-search.js';

/** `_total=estimate` counts no further than this: past it the number says "at least". */
const ESTIMATE_BOUND = 10_000;
const NO_BOUND = 2_147_483_647;

/** One page of a search. */
export interface SearchPage {
  readonly matches: readonly StoredVersion[];
  /** Cursor of the next page; undefined: this is the last. */
  readonly next: string | undefined;
  readonly total: number | undefined;
}

/** Runs checked searches inside a transaction, which binds the clinic. */
export class SearchReader {
  async page(tx: Transaction, query: SearchQuery): Promise<SearchPage> {
    const onlyCount = query.summary === 'count' || query.count === 0;
    const cursor = query.cursor === undefined ? undefined : parseCursor(query.cursor, query.sort === undefined ? 1 : 2);
    const [rows, counted] = await Promise.all([
      onlyCount ? Promise.resolve([]) : tx.run(compilePage(query, cursor, query.count + 1)),
      this.#count(tx, query, onlyCount),
    ]);
    const matches = rows.slice(0, query.count).map(toVersion);
    const last = matches.at(-1);
    const hasNext = rows.length > query.count;
    return {
      matches,
      next: hasNext && last !== undefined ? formatCursor(positionOf(last, query)) : undefined,
      // The only page says how many there are without counting.
      total: counted ?? (cursor === undefined && !hasNext && !onlyCount ? matches.length : undefined),
    };
  }

  /** The first `limit` matches, for conditions. */
  async first(tx: Transaction, query: SearchQuery, limit: number): Promise<readonly StoredVersion[]> {
    return (await tx.run(compilePage(query, undefined, limit))).map(toVersion);
  }

  async #count(tx: Transaction, query: SearchQuery, onlyCount: boolean): Promise<number | undefined> {
    if (query.total === 'none' && !onlyCount) {
      return undefined;
    }
    const bound = query.total === 'estimate' ? ESTIMATE_BOUND : NO_BOUND;
    const rows = await tx.run(compileCount(query, bound));
    return Number(rows[0]!.count);
  }
}

function positionOf(last: StoredVersion, query: SearchQuery): Cursor {
  const key = BigInt(last.key);
  return query.sort === undefined ? [key] : [BigInt(last.lastUpdated.getTime()), key];
}
