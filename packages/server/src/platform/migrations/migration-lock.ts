import { setTimeout as delay } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { MigrationError } from './migration-error.js';

/** Any number that nothing else in the database locks. */
const LOCK_KEY = 7_283_001_644;
const POLL_MS = 200;
const REPORT_EVERY_MS = 5_000;

export interface LockOptions {
  readonly timeoutMs: number;
  readonly log: (line: string) => void;
}

/**
 * Takes the session-level lock under which one process migrates while the others wait.
 *
 * It is polled for, not waited for in the database: a session that waits holds a snapshot, and CREATE INDEX
 * CONCURRENTLY waits for snapshots to go, so that both would wait for ever. The lock goes with the connection.
 *
 * @throws {MigrationError} if another process holds it for longer than `timeoutMs`.
 */
export async function acquireMigrationLock(client: ClientBase, { timeoutMs, log }: LockOptions): Promise<void> {
  const started = performance.now();
  let nextReportMs = 0;
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [LOCK_KEY]);
    if (rows[0]?.locked === true) {
      return;
    }
    const waitedMs = performance.now() - started;
    if (waitedMs >= timeoutMs) {
      throw new MigrationError(
        `Another process has been migrating this database for ${Math.round(waitedMs / 1_000)} s: wait until it is done ` +
          'and start again, or end its session (pg_locks, locktype advisory).',
      );
    }
    if (waitedMs >= nextReportMs) {
      log(`Another process migrates the database; waiting (${Math.round(waitedMs / 1_000)} s).`);
      nextReportMs = waitedMs + REPORT_EVERY_MS;
    }
    await delay(POLL_MS);
  }
}
