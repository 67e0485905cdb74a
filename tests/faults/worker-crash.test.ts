import { type BootedApi, bootApi, freePort, type RoleProcess, startRole, withClient } from '@healthcare/testkit';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const DELIVERIES = 1_000;
const CONCURRENCY = 10;
const BUNDLE_SIZE = 250;

/** A receiver that counts, and that can be made to hang up on nobody and answer nobody. */
class CountingReceiver {
  /** How often each resource arrived. */
  readonly arrivals = new Map<string, number>();
  /** Requests that were taken and are neither counted nor answered. */
  held = 0;
  isHolding = false;
  #server!: Server;

  async listen(): Promise<string> {
    this.#server = createServer((request, response) => {
      request.resume().on('end', () => {
        if (this.isHolding) {
          this.held++;
          return;
        }
        this.arrivals.set(request.url!, (this.arrivals.get(request.url!) ?? 0) + 1);
        setTimeout(() => response.end(), 2);
      });
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get total(): number {
    return [...this.arrivals.values()].reduce((sum, count) => sum + count, 0);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

async function until(what: () => unknown, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await what())) {
    if (Date.now() > deadline) {
      throw new Error(`Not within ${timeoutMs} ms: ${String(what)}`);
    }
    await sleep(10);
  }
}

describe('a worker that is killed while it delivers', () => {
  let api: BootedApi;
  let receiver: CountingReceiver;
  let workers: RoleProcess[];

  beforeEach(async () => {
    workers = [];
    receiver = new CountingReceiver();
    const endpoint = await receiver.listen();
    api = await bootApi({ environment: { SUBSCRIPTION_ALLOWED_NETWORKS: '127.0.0.1/32' } });
    const client = await api.client('north');
    const created = await client.post('Subscription', {
      resourceType: 'Subscription',
      status: 'requested',
      reason: 'test',
      criteria: 'Observation?status=final',
      channel: { type: 'rest-hook', endpoint, payload: 'application/fhir+json' },
    });
    expect(created.status).toBe(201);
    for (let start = 0; start < DELIVERIES; start += BUNDLE_SIZE) {
      const entry = Array.from({ length: BUNDLE_SIZE }, () => ({
        request: { method: 'POST', url: 'Observation' },
        resource: { resourceType: 'Observation', status: 'final', code: { text: 'x' } },
      }));
      expect((await client.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(200);
    }
  });

  afterEach(async () => {
    workers.forEach(({ child }) => child.kill('SIGKILL'));
    receiver.close();
    await api.stop();
  });

  const startWorker = async (lostAfterMs: number): Promise<RoleProcess> => {
    const port = await freePort();
    const environment = {
      ...api.environment,
      WORKER_PORT: String(port),
      WORKER_CONCURRENCY: String(CONCURRENCY),
      WORKER_HEARTBEAT_MS: '200',
      WORKER_LOST_AFTER_MS: String(lostAfterMs),
    };
    const worker = await startRole('worker', environment, `http://127.0.0.1:${port}/health/ready`, () => {});
    workers.push(worker);
    return worker;
  };
  const kill = async ({ child }: RoleProcess): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const jobs = (condition: string): Promise<number> =>
    withClient(api.database.url, async (client) => {
      const { rows } = await client.query<{ count: number }>(
        `select count(*)::int as count from graphile_worker._private_jobs where ${condition}`,
      );
      return rows[0]!.count;
    });

  /** Kills the first worker while it waits for the receiver's answer to as many notifications as it sends at a time. */
  const killWhileItWaits = async (lostAfterMs: number): Promise<void> => {
    const first = await startWorker(lostAfterMs);
    await until(() => receiver.arrivals.size >= 300, 10_000);
    receiver.isHolding = true;
    await until(() => receiver.held >= CONCURRENCY, 5_000);
    await kill(first);
    receiver.isHolding = false;
  };

  it('has its deliveries made by another: each of a thousand arrives', { timeout: 30_000 }, async ({ annotate }) => {
    await killWhileItWaits(1_500);
    const killedMs = Date.now();
    await startWorker(1_500);
    const resumedMs = Date.now();
    await until(() => receiver.arrivals.size === DELIVERIES, 15_000);
    const doneMs = Date.now();
    await until(async () => (await jobs('true')) === 0, 3_000);
    await annotate(
      `all arrived ${doneMs - killedMs} ms after the kill, ${doneMs - resumedMs} ms after the next worker was ready; ` +
        `${receiver.total - DELIVERIES} arrived twice`,
    );
    expect(receiver.total - DELIVERIES).toBeLessThanOrEqual(CONCURRENCY);
  });

  it('would take its deliveries with it if nobody gave them back', { timeout: 30_000 }, async () => {
    await killWhileItWaits(3_600_000);
    await startWorker(3_600_000);
    await until(async () => (await jobs('locked_by is null')) === 0, 15_000);
    await sleep(3_000);
    expect(receiver.arrivals.size).toBe(DELIVERIES - CONCURRENCY);
    expect(await jobs('locked_by is not null')).toBe(CONCURRENCY);
  });

  it('may be killed again and again, with another beside it', { timeout: 40_000 }, async ({ annotate }) => {
    const [first, second] = await Promise.all([startWorker(1_500), startWorker(1_500)]);
    await until(() => receiver.arrivals.size >= 200, 10_000);
    await kill(first);
    await until(() => receiver.arrivals.size >= 500, 10_000);
    await kill(second);
    const third = await startWorker(1_500);
    await until(() => receiver.arrivals.size >= 700, 10_000);
    await kill(third);
    await startWorker(1_500);
    await until(() => receiver.arrivals.size === DELIVERIES, 15_000);
    await until(async () => (await jobs('true')) === 0, 5_000);
    await annotate(`${receiver.total - DELIVERIES} arrived twice`);
  });

  it(
    'ends in order on SIGTERM: nothing arrives twice and nothing waits for a rescue',
    { timeout: 30_000 },
    async ({ annotate }) => {
      const startedMs = Date.now();
      const first = await startWorker(3_600_000);
      await until(() => receiver.arrivals.size >= 300, 10_000);
      await first.stop();
      expect(first.child.exitCode).toBe(0);
      expect(await jobs('locked_by is not null')).toBe(0);
      await startWorker(3_600_000);
      await until(() => receiver.arrivals.size === DELIVERIES, 15_000);
      expect(receiver.total).toBe(DELIVERIES);
      await annotate(
        `${Math.round((DELIVERIES * 1_000) / (Date.now() - startedMs))} deliveries/s, starts and stop included`,
      );
    },
  );
});
