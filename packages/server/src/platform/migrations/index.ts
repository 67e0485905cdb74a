export { migrationLevel } from './applied-migrations.js';
export { migrate, type MigrateOptions, type MigrateResult } from './migrate.js';
export { migrateDatabase } from './migrate-database.js';
export { MigrationError } from './migration-error.js';
export { migrationsDirectory, readMigrations } from './migration-file.js';
export { requireMigrated } from './require-migrated.js';
