import type { Database } from './database.js';

/** The process holds more power over the database than it may. */
class TooPowerfulError extends Error {
  constructor(readonly problem: string) {
    super(
      `The database role of this process ${problem}: row-level security would not hold. ` +
        'Connect as a role that is only a member of healthcare_app, or add ?options=-c%20role%3Dhealthcare_app to DATABASE_URL.',
    );
    this.name = 'TooPowerfulError';
  }
}

/**
 * Refuses a role that row-level security does not bind.
 *
 * @throws {TooPowerfulError} when it is a superuser, may bypass row-level security, or owns a table of ours.
 */
export async function requireLeastPrivilege(database: Database): Promise<void> {
  const rows = await database.transaction((tx) =>
    tx.query<{ is_super: boolean; bypasses: boolean; owns: boolean }>(
      `select rolsuper as is_super, rolbypassrls as bypasses, exists (
         select from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('fhir', 'platform', 'identity') and c.relowner = r.oid
       ) as owns from pg_roles r where rolname = current_user`,
    ),
  );
  const role = rows[0];
  if (role === undefined || role.is_super) {
    throw new TooPowerfulError('is a superuser');
  }
  if (role.bypasses) {
    throw new TooPowerfulError('may bypass row-level security');
  }
  if (role.owns) {
    throw new TooPowerfulError('owns the tables');
  }
}
