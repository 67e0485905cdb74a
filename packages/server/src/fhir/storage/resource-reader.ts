import type { Database, Transaction } from '../../platform/database/index.js';
import type { ResourceIdentity, StoredVersion } from './stored-version.js';
import { type VersionRow, toVersion } from './version-row.js';

const COLUMNS = 'type, id, key, version, last_updated, method, body';

/**
 * Reads single resources.
 *
 * No statement here names the tenant: row-level security adds that condition, as it does to every other.
 */
export class ResourceReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The current version in one flight to the database; undefined: there never was one. */
  async current(tenantId: number, type: string, id: string): Promise<StoredVersion | undefined> {
    const rows = await this.#database.read<VersionRow>(tenantId, CURRENT, [type, id]);
    return rows.map(toVersion)[0];
  }

  /** One version, current or replaced; undefined: there never was one. */
  async version(tx: Transaction, type: string, id: string, version: number): Promise<StoredVersion | undefined> {
    const rows = await tx.prepared<VersionRow>(VERSION.name, VERSION.text, [type, id, version]);
    return rows.map(toVersion)[0];
  }

  /** Current versions inside a transaction that has begun, by `Type/id`. */
  async currentOf(tx: Transaction, identities: readonly ResourceIdentity[]): Promise<Map<string, StoredVersion>> {
    return this.#many(tx, CURRENT_OF, identities);
  }

  /**
   * As `currentOf`, and locks them until the transaction ends, in one order for all callers, so that two transactions
   * over the same resources wait for each other and never deadlock.
   */
  async lock(tx: Transaction, identities: readonly ResourceIdentity[]): Promise<Map<string, StoredVersion>> {
    return this.#many(tx, LOCK, identities);
  }

  async #many(
    tx: Transaction,
    statement: { name: string; text: string },
    identities: readonly ResourceIdentity[],
  ): Promise<Map<string, StoredVersion>> {
    if (identities.length === 0) {
      return new Map();
    }
    const rows = await tx.prepared<VersionRow>(statement.name, statement.text, [
      identities.map(({ type }) => type),
      identities.map(({ id }) => id),
    ]);
    return new Map(rows.map((row) => [`${row.type}/${row.id}`, toVersion(row)]));
  }
}

const CURRENT = {
  name: 'resource_current',
  text: `select ${COLUMNS} from fhir.resource where type = $1 and id = $2`,
};

const VERSION = {
  name: 'resource_version',
  text: `select ${COLUMNS} from fhir.resource
    where type = $1 and id = $2 and version = $3
    union all
    select ${COLUMNS} from fhir.resource_history
    where type = $1 and id = $2 and version = $3`,
};

const CURRENT_OF = {
  name: 'resource_current_of',
  text: `select r.type, r.id, r.key, r.version, r.last_updated, r.method, r.body
    from unnest($1::text[], $2::text[]) as wanted (type, id)
    join fhir.resource r on r.type = wanted.type collate "C" and r.id = wanted.id collate "C"`,
};

const LOCK = {
  name: 'resource_lock',
  text: `${CURRENT_OF.text} order by r.type, r.id for update of r`,
};
