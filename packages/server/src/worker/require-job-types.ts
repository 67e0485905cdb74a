import type { Pool } from 'pg';
import type { JobType } from '../platform/queue/index.js';

/**
 * Checks that the database knows every type of job that this code may enqueue. Types of a newer release may be there
 * too: their jobs wait for its workers.
 *
 * @throws {Error} naming what is missing and what to do.
 */
export async function requireJobTypes(pool: Pick<Pool, 'query'>, types: readonly JobType[]): Promise<void> {
  const { rows } = await pool.query<{ name: string }>('select name from platform.job_type');
  const known = new Set(rows.map(({ name }) => name));
  const missing = types.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new Error(`The database does not know the job types ${missing.join(', ')}: migrate it to this release.`);
  }
}
