import type { Database } from '../../platform/database/index.js';

const BATCH = 5_000;

/**
 * Deletes what has expired, at most 5,000 rows of each table, leaving alone what another process is at.
 *
 * @returns How many rows were deleted; a full batch means that there may be more.
 */
export async function deleteExpired(database: Database): Promise<number> {
  return database.transaction(async (tx) => {
    const payloads = await tx.query(
      `delete from identity.oidc_payload where (model, id_hash) in (
         select model, id_hash from identity.oidc_payload where expires_at < now() - interval '1 minute'
         limit ${BATCH} for update skip locked
       ) returning 1`,
    );
    const attempts = await tx.query(
      `delete from identity.sign_in_attempt where bucket in (
         select bucket from identity.sign_in_attempt where window_ends_at < now() - interval '1 minute'
         limit ${BATCH} for update skip locked
       ) returning 1`,
    );
    return payloads.length + attempts.length;
  });
}
