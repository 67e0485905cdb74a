import type { SearchQuery } from '@healthcare/fhir';
import type { Transaction } from '../../platform/database/index.js';
import { FhirError } from '../../platform/errors/index.js';
import { hash64, type StoredVersion } from '../storage/index.js';
import type { SearchReader } from './search-reader.js';

/** Something that may depend on what a search finds. */
export interface Conditional {
  readonly type: string;
  readonly condition: SearchQuery | undefined;
}

/**
 * Decides conditions of creates, updates and deletes.
 *
 * Each condition is locked for the transaction before it is evaluated: of two that would create for the same condition
 * at once, the second waits and then finds what the first made.
 */
export class ConditionMatcher {
  constructor(private readonly searches: SearchReader) {}

  /**
   * @returns For each request up to two matches of its condition; none where it has no condition.
   * @throws {FhirError} 400 when two requests of one bundle have the same condition.
   */
  async match(
    tx: Transaction,
    tenantId: number,
    requests: readonly Conditional[],
  ): Promise<readonly (readonly StoredVersion[])[]> {
    const conditions = requests.flatMap(({ type, condition }) =>
      condition === undefined ? [] : [`${tenantId} ${type} ${JSON.stringify(condition.applied)}`],
    );
    if (conditions.length === 0) {
      return requests.map(() => []);
    }
    if (new Set(conditions).size < conditions.length) {
      throw FhirError.of(400, 'duplicate', 'Two entries of the bundle have the same condition.');
    }
    const locks = conditions.map((condition) => BigInt(hash64(condition))).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    await tx.query('select pg_advisory_xact_lock(lock) from unnest($1::int8[]) as lock', [locks.map(String)]);
    return Promise.all(
      requests.map(async ({ condition }) => (condition === undefined ? [] : this.searches.first(tx, condition, 2))),
    );
  }
}
