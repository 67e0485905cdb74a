import { installQueue } from '../queue/index.js';
import { migrate, type MigrateOptions, type MigrateResult } from './migrate.js';
import { migrationsDirectory } from './migration-file.js';

/**
 * Brings a database to the level of this code: the files of `database/migrations`, then the queue.
 *
 * @throws {MigrationError} with what to do.
 */
export async function migrateDatabase(
  options: Omit<MigrateOptions, 'directory' | 'afterMigrations'>,
): Promise<MigrateResult> {
  return migrate({ ...options, directory: migrationsDirectory(), afterMigrations: installQueue });
}
