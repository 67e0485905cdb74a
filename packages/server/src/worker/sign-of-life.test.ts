import { createTestDatabase, type TestDatabase, withClient } from '@healthcare/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../platform/logging/index.js';
import { QueuePool } from './queue-pool.js';
import { SignOfLife } from './sign-of-life.js';

const LOST_AFTER_MS = 20_000;

describe('SignOfLife', () => {
  let testDatabase: TestDatabase;
  let pool: QueuePool;
  const logger = createLogger({ level: 'silent', role: 'test' });

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    pool = new QueuePool({ url: testDatabase.queueUrl, concurrency: 1, connectTimeoutMs: 1_000 });
  });

  afterEach(async () => {
    await withClient(testDatabase.url, (client) =>
      client.query('delete from graphile_worker._private_jobs; delete from platform.worker_heartbeat'),
    );
  });

  afterAll(async () => {
    await pool.end();
    await testDatabase.drop();
  });

  /** A job on its last attempt that `holder` took some time ago. */
  const taken = (holder: string, ageMs: number): Promise<unknown> =>
    withClient(testDatabase.url, async (client) => {
      await client.query("select graphile_worker.add_job('test', max_attempts => 3)");
      await client.query(
        `update graphile_worker._private_jobs
          set locked_by = $1, locked_at = now() - $2 * interval '1 millisecond', attempts = 3
          where locked_by is null`,
        [holder, ageMs],
      );
    });
  const seen = (holder: string, ageMs: number): Promise<unknown> =>
    withClient(testDatabase.url, (client) =>
      client.query("insert into platform.worker_heartbeat values ($1, now() - $2 * interval '1 millisecond')", [
        holder,
        ageMs,
      ]),
    );
  const jobs = (): Promise<unknown[]> =>
    withClient(testDatabase.url, async (client) => {
      const { rows } = await client.query(
        'select locked_by, attempts, is_available from graphile_worker._private_jobs',
      );
      return rows;
    });
  const beat = async (problem?: 'silent'): Promise<void> => {
    const loop = { problem: () => problem, holders: () => ['own'] };
    const signOfLife = new SignOfLife(pool, loop, { intervalMs: 60_000, lostAfterMs: LOST_AFTER_MS }, logger);
    signOfLife.start();
    await expect.poll(() => pool.idleCount === pool.totalCount && pool.totalCount > 0).toBe(true);
    await signOfLife.stop();
  };
  const kept = { attempts: 3, is_available: false };

  it('gives back what a lost worker held, without counting the attempt', async () => {
    await taken('lost', 25_000);
    await seen('lost', 21_000);
    await beat();
    expect(await jobs()).toEqual([{ locked_by: null, attempts: 2, is_available: true }]);
  });

  it('gives back what a worker held that died before its first sign of life', async () => {
    await taken('stillborn', 21_000);
    await beat();
    expect(await jobs()).toEqual([{ locked_by: null, attempts: 2, is_available: true }]);
  });

  it.each([
    ['a worker that is alive, however long it takes', 3_600_000, 5_000],
    ['a worker that was seen lately', 25_000, 19_000],
    ['a worker that has just taken a job and was not seen yet', 5_000, undefined],
  ])('leaves its jobs to %s', async (_whom, jobAgeMs, seenAgeMs) => {
    await taken('other', jobAgeMs);
    if (seenAgeMs !== undefined) {
      await seen('other', seenAgeMs);
    }
    await beat();
    expect(await jobs()).toEqual([{ locked_by: 'other', ...kept }]);
  });

  it('leaves its own jobs to itself, and to others when its loop has a problem', async () => {
    await taken('own', 25_000);
    await beat();
    expect(await jobs()).toEqual([{ locked_by: 'own', ...kept }]);
    await beat('silent');
    expect(await jobs()).toEqual([{ locked_by: null, attempts: 2, is_available: true }]);
  });

  it('leaves the work to another that is at it', async () => {
    await taken('lost', 25_000);
    await withClient(testDatabase.url, async (client) => {
      await client.query('begin');
      await client.query('select pg_advisory_xact_lock(7283001645)');
      await beat();
      expect(await jobs()).toEqual([{ locked_by: 'lost', ...kept }]);
      await client.query('rollback');
    });
  });
});
