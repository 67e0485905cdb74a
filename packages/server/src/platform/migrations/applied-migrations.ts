import type { ClientBase } from 'pg';
import { MigrationError } from './migration-error.js';
import type { MigrationFile } from './migration-file.js';

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
}

/** Makes the table that remembers what was applied; it must be there before the first migration. */
export async function prepareLedger(client: ClientBase): Promise<void> {
  // Asked first, since `create schema if not exists` needs the right to create even when there is nothing to do.
  const { rows } = await client.query<{ there: boolean }>(
    "select to_regclass('platform.migration') is not null as there",
  );
  if (rows[0]?.there === true) {
    return;
  }
  await client.query(`
    create schema if not exists platform;
    create table platform.migration (
      name text collate "C" primary key,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`);
}

/**
 * What is still to be applied, in order.
 *
 * @throws {MigrationError} if the database went another way than these files: newer code, or a file that was changed.
 */
export async function pendingMigrations(client: ClientBase, files: readonly MigrationFile[]): Promise<MigrationFile[]> {
  const { rows } = await client.query<AppliedMigration>('select name, checksum from platform.migration order by name');
  for (const [index, applied] of rows.entries()) {
    const file = files[index];
    if (file === undefined) {
      throw new MigrationError(
        `The database has migration ${applied.name}, which this version does not know: it was migrated by a newer ` +
          'version. Start that version, or restore a backup from before.',
      );
    }
    if (file.name !== applied.name) {
      throw new MigrationError(
        `The database has migration ${applied.name} where this version has ${file.name}: they come from different ` +
          'branches. Start the version that migrated the database, or use an empty database.',
      );
    }
    if (file.checksum !== applied.checksum) {
      throw new MigrationError(
        `Migration ${file.name} was changed after it had been applied: restore the file as it was and put the change ` +
          'into a new migration.',
      );
    }
  }
  return files.slice(rows.length);
}

export async function recordMigration(client: ClientBase, file: MigrationFile): Promise<void> {
  await client.query('insert into platform.migration (name, checksum) values ($1, $2)', [file.name, file.checksum]);
}

/** Something that runs a statement and gives rows: a transaction of `Database`. */
export interface LevelReader {
  query<Row extends { name: string }>(text: string): Promise<Row[]>;
}

/** Name of the last migration that the database has; undefined while it has none. */
export async function migrationLevel(reader: LevelReader): Promise<string | undefined> {
  const rows = await reader.query<{ name: string }>('select name from platform.migration order by name desc limit 1');
  return rows[0]?.name;
}
