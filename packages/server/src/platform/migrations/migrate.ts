import pg from 'pg';
import { pendingMigrations, prepareLedger, recordMigration } from './applied-migrations.js';
import { MigrationError } from './migration-error.js';
import { type MigrationFile, readMigrations } from './migration-file.js';
import { acquireMigrationLock } from './migration-lock.js';

export interface MigrateOptions {
  /** Login that owns the schemas, directly to PostgreSQL and not through a transaction-mode pooler. */
  readonly connectionString: string;
  readonly directory: string;
  /** Gets a line for each step that a waiting operator should know of. */
  readonly log: (line: string) => void;
  /** How long to wait for another process that migrates. */
  readonly lockTimeoutMs?: number;
  /** Migrations made by a library, e.g. the queue's; runs every time, after the files and under the same lock. */
  readonly afterMigrations?: (connectionString: string) => Promise<void>;
}

export interface MigrateResult {
  /** Names of the files that this call applied. */
  readonly applied: string[];
  /** Name of the last migration that the database has now. */
  readonly version: string;
}

/** Needed: the SET option of role memberships. */
const OLDEST_SERVER_VERSION = 16;

/** A migration may wait for a table's lock this long: whoever comes behind it in the queue waits as well. */
const TABLE_LOCK_TIMEOUT_MS = 15_000;

/**
 * Brings the database to the level of the code: each file of `directory` that it has not seen, in order, each in a
 * transaction of its own. Of several processes that start together one migrates and the others wait.
 *
 * @throws {MigrationError} with what to do, if the database cannot be reached or must not be migrated by this code.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const files = await readMigrations(options.directory);
  const client = new pg.Client({
    connectionString: options.connectionString,
    application_name: 'healthcare migrate',
    connectionTimeoutMillis: 10_000,
  });
  // A lost connection also fails the statement at hand; without a listener it would end the process.
  client.on('error', () => {});
  await connect(client);
  try {
    await requireServerVersion(client);
    await client.query(
      `set statement_timeout = 0; set lock_timeout = ${TABLE_LOCK_TIMEOUT_MS}; set client_min_messages = warning; ` +
        // Every name in a migration says its schema; one that does not fails here rather than land in `public`.
        'set search_path = pg_catalog',
    );
    await acquireMigrationLock(client, { timeoutMs: options.lockTimeoutMs ?? 300_000, log: options.log });
    await refusing('the table of migrations', () => prepareLedger(client));
    const pending = await pendingMigrations(client, files);
    for (const file of pending) {
      options.log(`Migrating the database: ${file.name}`);
      await refusing(`migration ${file.name}`, () => apply(client, file));
    }
    await options.afterMigrations?.(options.connectionString);
    return { applied: pending.map((file) => file.name), version: (files.at(-1) as MigrationFile).name };
  } finally {
    await client.end();
  }
}

async function connect(client: pg.Client): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    throw new MigrationError(
      `The database at ${client.host}:${client.port} cannot be used for migrations (${reason(error)}): check ` +
        'MIGRATION_DATABASE_URL or DATABASE_URL, and that PostgreSQL runs.',
      { cause: error },
    );
  }
}

async function requireServerVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    "select current_setting('server_version_num')::int / 10000 as version",
  );
  const version = rows[0]?.version ?? 0;
  if (version < OLDEST_SERVER_VERSION) {
    throw new MigrationError(
      `The database runs on PostgreSQL ${version}: upgrade it to ${OLDEST_SERVER_VERSION} or newer.`,
    );
  }
}

async function apply(client: pg.Client, file: MigrationFile): Promise<void> {
  if (!file.transactional) {
    // Prepared, so that a file with several statements is refused: together they would be a transaction.
    await client.query({ text: file.sql, name: file.name });
    await recordMigration(client, file);
    return;
  }
  await client.query('begin');
  try {
    await client.query(file.sql);
    await recordMigration(client, file);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** Says which step failed, with PostgreSQL's message and hint; its detail is left out, it may quote rows. */
async function refusing(step: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const hint = error instanceof pg.DatabaseError && error.hint !== undefined ? ` ${error.hint}` : '';
    throw new MigrationError(`In ${step}: ${reason(error)}.${hint}`, { cause: error });
  }
}

function reason(error: unknown): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) {
    return error.errors[0].message;
  }
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
