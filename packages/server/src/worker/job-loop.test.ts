import { createTenant, createTestDatabase, type TestDatabase, withClient } from '@healthcare/testkit';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Database } from '../platform/database/index.js';
import { createLogger, currentRequestId, runInContext } from '../platform/logging/index.js';
import { defineJobType, enqueue, type JobHandler, type JobRun } from '../platform/queue/index.js';
import { JobLoop, type JobLoopSettings } from './job-loop.js';
import { QueuePool } from './queue-pool.js';
import { SignOfLife } from './sign-of-life.js';

const type = defineJobType('test', { n: z.int() }, { timeoutMs: 400 });
type Data = { readonly n: number };

const SETTINGS: JobLoopSettings = {
  concurrency: 2,
  bounds: { silenceMs: 4_000, overtimeMs: 300 },
  stopTimeoutMs: 1_000,
};

async function until(what: () => unknown, timeoutMs = 8_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await what())) {
    if (Date.now() > deadline) {
      throw new Error(`Not within ${timeoutMs} ms: ${String(what)}`);
    }
    await sleep(20);
  }
}

describe('JobLoop', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let tenantId: number;
  let log: string[];
  let open: (() => Promise<unknown>)[];

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    tenantId = await createTenant(testDatabase.url, 'north');
    await withClient(testDatabase.url, (client) => client.query("insert into platform.job_type values ('test')"));
    database = new Database(
      { url: testDatabase.appUrl, poolSize: 2, connectTimeoutMs: 2_000, statementTimeoutMs: 5_000 },
      'test',
    );
  });

  beforeEach(() => {
    log = [];
    open = [];
  });

  afterEach(async () => {
    for (const close of open.reverse()) {
      await close();
    }
    await withClient(testDatabase.url, (client) => client.query('delete from graphile_worker._private_jobs'));
  });

  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  const start = async (
    run: (payload: Data, run: JobRun) => Promise<void>,
    { url = testDatabase.queueUrl, ...settings }: Partial<JobLoopSettings> & { url?: string } = {},
  ): Promise<{ loop: JobLoop; pool: QueuePool }> => {
    const logger = createLogger({ level: 'info', role: 'test', destination: { write: (line) => void log.push(line) } });
    const pool = new QueuePool({ url, concurrency: 2, connectTimeoutMs: 500 });
    const handler: JobHandler<Data> = { type, run };
    const loop = new JobLoop(pool, [handler], { ...SETTINGS, ...settings }, logger);
    await loop.start();
    open.push(
      () => pool.end(),
      () => loop.stop(),
    );
    return { loop, pool };
  };
  const add = (...numbers: number[]): Promise<void> =>
    database.withTenant(tenantId, (tx) =>
      enqueue(
        tx,
        type,
        tenantId,
        numbers.map((n) => ({ data: { n } })),
      ),
    );
  const queued = (): Promise<{ attempts: number; locked_by: string | null; last_error: string | null }[]> =>
    withClient(testDatabase.url, async (client) => {
      const { rows } = await client.query('select attempts, locked_by, last_error from graphile_worker._private_jobs');
      return rows;
    });

  /** Until the job is tried again. */
  const delayMs = (): Promise<number> =>
    withClient(testDatabase.url, async (client) => {
      const { rows } = await client.query<{ delay: number }>(
        'select extract(epoch from run_at - now())::float8 * 1000 as delay from graphile_worker._private_jobs',
      );
      return rows[0]!.delay;
    });

  it('runs each job once, with the request that it comes from', async () => {
    const seen: unknown[] = [];
    await start(async ({ n }, { attempt }) => {
      seen.push([n, attempt, currentRequestId()]);
    });
    await runInContext({ requestId: 'request-7' }, () => add(1, 2, 3));
    await until(() => seen.length === 3);
    expect(seen.sort()).toEqual([
      [1, 1, 'request-7'],
      [2, 1, 'request-7'],
      [3, 1, 'request-7'],
    ]);
    await until(async () => (await queued()).length === 0);
    const lines = log
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'job done');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({ requestId: 'request-7', type: 'test', attempt: 1 });
  });

  it('tries again later what failed, and keeps of the error only its kind', async () => {
    await start(async () => {
      throw Object.assign(new Error('Jane Doe'), { code: 'E_TEST' });
    });
    await add(1);
    await until(async () => (await queued())[0]?.last_error !== null);
    expect(await queued()).toEqual([{ attempts: 1, locked_by: null, last_error: 'Error E_TEST' }]);
    expect(await delayMs()).toBeGreaterThan(1_500);
    expect(log.filter((line) => line.includes('job failed'))).toHaveLength(1);
  });

  it('refuses a payload that does not fit, without running it', async () => {
    let runs = 0;
    await start(async () => void runs++);
    await withClient(testDatabase.url, (client) =>
      client.query(`select graphile_worker.add_job('test', '{"n":"Jane Doe"}')`),
    );
    await until(async () => (await queued())[0]?.last_error !== null);
    expect(runs).toBe(0);
    expect((await queued())[0]!.last_error).toBe('The payload does not fit the type.');
    expect(log.join()).not.toContain('Jane');
  });

  it('aborts a job at the end of its time', async () => {
    await start(async (_payload, { signal }) => {
      await once(signal, 'abort');
      throw new Error('aborted');
    });
    await add(1);
    await until(async () => (await queued())[0]?.last_error === 'Error');
  });

  it('has a problem while a job goes on beyond its time, and none when it ends', async () => {
    let finish = (): void => {};
    const { loop } = await start(() => new Promise((resolve) => (finish = resolve)));
    await add(1);
    expect(loop.problem()).toBeUndefined();
    await until(() => loop.problem() === 'job beyond its time');
    finish();
    await until(() => loop.problem() === undefined);
  });

  it('has a problem once it is stopped', async () => {
    const { loop } = await start(async () => {});
    expect(loop.problem()).toBeUndefined();
    await loop.stop();
    expect(loop.problem()).toBe('stopped');
  });

  it('lets running jobs end when it stops, and takes no more', async () => {
    const ended: number[] = [];
    const { loop } = await start(async ({ n }) => {
      await sleep(200);
      ended.push(n);
    });
    await add(1, 2, 3, 4, 5, 6);
    await until(async () => (await queued()).some(({ locked_by }) => locked_by !== null));
    await loop.stop();
    expect(ended.length).toBeGreaterThan(0);
    expect(ended.length).toBeLessThan(6);
    const left = await queued();
    expect(left).toHaveLength(6 - ended.length);
    expect(left.every(({ attempts, locked_by }) => attempts === 0 && locked_by === null)).toBe(true);
  });

  it('gives back, as if never taken, what does not end in time', async () => {
    const { loop } = await start(
      async (_payload, { signal }) => {
        await once(signal, 'abort');
        throw new Error('aborted');
      },
      { stopTimeoutMs: 100 },
    );
    await add(1);
    await until(async () => (await queued())[0]?.locked_by !== null);
    await loop.stop();
    expect(await queued()).toEqual([{ attempts: 0, locked_by: null, last_error: null }]);
  });

  describe('behind a connection that fails', () => {
    let proxy: Server;
    let sockets: Socket[];
    let mode: 'pass' | 'refuse' | 'hang';
    let url: string;

    beforeEach(async () => {
      mode = 'pass';
      sockets = [];
      const target = new URL(testDatabase.queueUrl);
      const databasePort = Number(target.port);
      proxy = createServer((socket) => {
        if (mode === 'refuse') {
          socket.destroy();
          return;
        }
        const upstream = connect(databasePort, target.hostname);
        sockets.push(socket, upstream);
        const pass = (from: Socket, to: Socket): void => {
          from.on('data', (chunk) => void (mode === 'hang' || to.write(chunk)));
          from.on('error', () => {});
          from.on('close', () => to.destroy());
        };
        pass(socket, upstream);
        pass(upstream, socket);
      });
      proxy.listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      target.port = String((proxy.address() as { port: number }).port);
      url = target.href;
      open.push(async () => void proxy.close());
    });

    const cut = (): void => sockets.splice(0).forEach((socket) => socket.destroy());

    it('has no problem while the database is away, and goes on when it is back', async () => {
      const seen: number[] = [];
      const { loop } = await start(async ({ n }) => void seen.push(n), {
        url,
        bounds: { silenceMs: 3_000, overtimeMs: 300 },
      });
      mode = 'refuse';
      cut();
      const away = Date.now();
      while (Date.now() - away < 5_000) {
        expect(loop.problem()).toBeUndefined();
        await sleep(50);
      }
      expect(loop.isTaking).toBe(false);
      await add(1);
      mode = 'pass';
      await until(() => seen.length === 1);
      expect(loop.isTaking).toBe(true);
    });

    it('starts again when the end of a job cannot be written down, and does the job again', async () => {
      let runs = 0;
      const { loop, pool } = await start(
        async () => {
          if (++runs === 1) {
            mode = 'refuse';
            cut();
          }
        },
        { url },
      );
      await add(1);
      const logger = createLogger({ level: 'silent', role: 'test' });
      const signOfLife = new SignOfLife(pool, loop, { intervalMs: 100, lostAfterMs: 500 }, logger);
      signOfLife.start();
      open.push(() => signOfLife.stop());
      await until(() => log.some((line) => line.includes('starting it again')));
      await sleep(500);
      expect(loop.problem()).toBeUndefined();
      mode = 'pass';
      await until(() => runs === 2);
      await until(async () => (await queued()).length === 0);
      expect(loop.problem()).toBeUndefined();
    });

    it('has a problem when its connections hang without an end', async () => {
      const { loop } = await start(async () => {}, { url, bounds: { silenceMs: 1_000, overtimeMs: 300 } });
      mode = 'hang';
      await until(() => loop.problem() === 'silent');
      cut();
      mode = 'pass';
      await until(() => loop.problem() === undefined);
    });
  });
});
