import type { Database } from '../database/index.js';
import { migrationLevel } from './applied-migrations.js';
import { MigrationError } from './migration-error.js';
import { migrationsDirectory, readMigrations } from './migration-file.js';

/** SQLSTATE of a table, schema or role that is not there. */
const NOTHING_THERE = new Set(['42P01', '3F000', '42704', '22023']);

/**
 * Refuses a database that lacks a migration of this release. One that is ahead is served: during a rollout the new
 * release migrates while the old one still runs.
 *
 * @throws {MigrationError} naming what is missing and how to get it.
 */
export async function requireMigrated(database: Database): Promise<void> {
  const files = await readMigrations(migrationsDirectory());
  const needed = files.at(-1)?.name ?? '';
  const level = await database
    .transaction((tx) => migrationLevel(tx))
    .catch((error: unknown) => {
      if (NOTHING_THERE.has(String((error as { code?: unknown }).code))) {
        return undefined;
      }
      throw error;
    });
  if (level === undefined || level < needed) {
    throw new MigrationError(
      `The database is at ${level ?? 'no migration'}, this release needs ${needed}: migrate it first (npm start does, with MIGRATION_DATABASE_URL).`,
    );
  }
}
