import type { Transaction } from '../../platform/database/index.js';
import type { StoredVersion } from './stored-version.js';
import { type VersionRow, toVersion } from './version-row.js';

/** Which part of the history: of one resource, of a type, or of several types. */
export interface HistoryScope {
  readonly types: readonly string[];
  readonly id: string | undefined;
}

/** Where a page of history ended. */
export interface HistoryPosition {
  readonly lastUpdatedMs: number;
  readonly key: string;
  readonly version: number;
}

/** Reads versions, newest first. */
export class HistoryReader {
  /**
   * @param since Only versions from then on; undefined: all.
   * @param after Only versions behind this position; undefined: from the newest.
   * @param limit Versions at most.
   */
  async page(
    tx: Transaction,
    scope: HistoryScope,
    since: Date | undefined,
    after: HistoryPosition | undefined,
    limit: number,
  ): Promise<StoredVersion[]> {
    const statement = scope.id === undefined ? OF_TYPES : OF_INSTANCE;
    const rows = await tx.prepared<VersionRow>(statement.name, statement.text, [
      scope.id === undefined ? scope.types : scope.types[0],
      since?.toISOString() ?? '-infinity',
      after === undefined ? 'infinity' : new Date(after.lastUpdatedMs).toISOString(),
      after?.key ?? '0',
      after?.version ?? 0,
      limit,
      ...(scope.id === undefined ? [] : [scope.id]),
    ]);
    return rows.map(toVersion);
  }

  /** How many versions the scope has. */
  async count(tx: Transaction, scope: HistoryScope, since: Date | undefined): Promise<number> {
    const conditions = 'type = any($1::text[]) and last_updated >= $2::timestamptz and ($3::text is null or id = $3)';
    const rows = await tx.query<{ count: string }>(
      `select (select count(*) from fhir.resource where ${conditions})
        + (select count(*) from fhir.resource_history where ${conditions}) as count`,
      [scope.types, since?.toISOString() ?? '-infinity', scope.id ?? null],
    );
    return Number(rows[0]!.count);
  }
}

const COLUMNS = 'type, id, key, version, last_updated, method, body';
const ORDER = 'order by last_updated desc, key desc, version desc limit $6';
const RANGE = `last_updated >= $2::timestamptz
  and (last_updated, key, version) < ($3::timestamptz, $4::int8, $5::int4)`;

const OF_INSTANCE = {
  name: 'history_of_instance',
  text: `select ${COLUMNS} from (
      select ${COLUMNS} from fhir.resource where type = $1::text and id = $7::text
      union all
      select ${COLUMNS} from fhir.resource_history where type = $1::text and id = $7::text
    ) versions where ${RANGE} ${ORDER}`,
};

/** Each type and table gives its newest over its own index; what is merged is a page of each. */
const OF_TYPES = {
  name: 'history_of_types',
  text: `select versions.* from unnest($1::text[]) as wanted (name)
    cross join lateral (
      (select ${COLUMNS} from fhir.resource where type = wanted.name collate "C" and ${RANGE} ${ORDER})
      union all
      (select ${COLUMNS} from fhir.resource_history where type = wanted.name collate "C" and ${RANGE} ${ORDER})
    ) versions ${ORDER}`,
};
