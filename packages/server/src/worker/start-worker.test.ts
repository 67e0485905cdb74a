import { createTestDatabase, type TestDatabase, withClient } from '@healthcare/testkit';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../platform/logging/index.js';
import { type RunningWorker, startWorker } from './start-worker.js';

describe('startWorker', () => {
  let testDatabase: TestDatabase;
  let proxy: Server;
  let sockets: Socket[];
  let isAway: boolean;
  let worker: RunningWorker | undefined;
  let log: string[];

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    const target = new URL(testDatabase.url);
    proxy = createServer((socket) => {
      if (isAway) {
        socket.destroy();
        return;
      }
      const upstream = connect(Number(target.port), target.hostname);
      sockets.push(socket, upstream);
      socket.on('error', () => {}).pipe(upstream);
      upstream.on('error', () => {}).pipe(socket);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
  });

  beforeEach(() => {
    sockets = [];
    isAway = false;
    log = [];
  });

  afterEach(async () => {
    await worker?.stop();
    worker = undefined;
  });

  afterAll(async () => {
    proxy.close();
    await testDatabase.drop();
  });

  const through = (url: string): string => {
    const proxied = new URL(url);
    proxied.port = String((proxy.address() as { port: number }).port);
    return proxied.href;
  };
  const start = (variables: Record<string, string> = {}): Promise<RunningWorker> =>
    startWorker(
      {
        DATABASE_URL: through(testDatabase.appUrl),
        QUEUE_DATABASE_URL: through(testDatabase.queueUrl),
        IDENTITY_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
        WORKER_PORT: '0',
        WORKER_HEARTBEAT_MS: '200',
        WORKER_SILENCE_MS: '3000',
        DATABASE_CONNECT_TIMEOUT_MS: '1000',
        ...variables,
      },
      {
        logger: createLogger({ level: 'info', role: 'worker', destination: { write: (line) => void log.push(line) } }),
      },
    );
  const probe = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${worker!.port}${path}`)).status;
  const probes = async (): Promise<number[]> => [
    await probe('/health/live'),
    await probe('/health/ready'),
    await probe('/health/startup'),
    await probe('/health'),
  ];

  it('answers its probes, says that it is alive, and leaves nothing behind', async () => {
    worker = await start();
    await expect.poll(probes).toEqual([200, 200, 200, 200]);
    expect([await probe('/'), await probe('/health/other'), await probe('/metrics')]).toEqual([404, 404, 404]);
    const heartbeats = (): Promise<number | null> =>
      withClient(
        testDatabase.url,
        async (client) => (await client.query('select from platform.worker_heartbeat')).rowCount,
      );
    await expect.poll(heartbeats).toBe(1);
    await worker.stop();
    worker = undefined;
    expect(await heartbeats()).toBe(0);
  });

  it('is live and not ready while the database is away, and ready when it is back', async () => {
    worker = await start();
    await expect.poll(probes).toEqual([200, 200, 200, 200]);
    isAway = true;
    sockets.splice(0).forEach((socket) => socket.destroy());
    const awayMs = Date.now();
    await sleep(1_100);
    while (Date.now() - awayMs < 6_000) {
      expect(await probes()).toEqual([200, 503, 200, 503]);
      await sleep(200);
    }
    isAway = false;
    await expect.poll(probes, { timeout: 6_000 }).toEqual([200, 200, 200, 200]);
  });

  it('does not start as a role that row-level security does not bind', async () => {
    await expect(start({ DATABASE_URL: testDatabase.url })).rejects.toThrow(/owns the tables/);
  });

  it('does not start on a database that does not know its jobs', async () => {
    await withClient(testDatabase.url, (client) =>
      client.query("delete from platform.job_type where name = 'subscription-delivery'"),
    );
    await expect(start()).rejects.toThrow('does not know the job types subscription-delivery: migrate it');
    await withClient(testDatabase.url, (client) =>
      client.query("insert into platform.job_type values ('subscription-delivery')"),
    );
  });
});
