import {
  type BootedApi,
  bootApi,
  createTestDatabase,
  type FhirClient,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
} from '@healthcare/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** How soon the probes have to follow, either way. */
const FOLLOWS_WITHIN_MS = 5_000;

let database: TestDatabase;
let line: TcpProxy;
let api: BootedApi;
let client: FhirClient;

beforeAll(async () => {
  database = await createTestDatabase();
  line = await startTcpProxy(database.appUrl);
  api = await bootApi({
    database,
    environment: {
      DATABASE_URL: line.through(database.appUrl),
      DATABASE_STATEMENT_TIMEOUT_MS: '1000',
      DATABASE_CONNECT_TIMEOUT_MS: '1000',
    },
  });
  client = await api.client('north');
});
afterAll(async () => {
  line.mend();
  await api.stop();
  await line.close();
  await database.drop();
});

const probe = async (name: string): Promise<number> => (await fetch(`${api.origin}/health/${name}`)).status;

async function until(status: number): Promise<number> {
  const started = Date.now();
  while ((await probe('ready')) !== status) {
    expect(Date.now() - started, `ready did not turn ${status}`).toBeLessThan(FOLLOWS_WITHIN_MS * 2);
    await sleep(50);
  }
  return Date.now() - started;
}

describe.each(['cut', 'freeze'] as const)('a database that is gone (%s)', (fault) => {
  it('fails no liveness probe, turns readiness off and on, and loses nothing that was acknowledged', async () => {
    const acknowledged: string[] = [];
    const statuses = new Map<number, number>();
    const run = { isOver: false };
    const load = Array.from({ length: 6 }, async () => {
      while (!run.isOver) {
        const answer = await client.post('Patient', { resourceType: 'Patient', active: true });
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        if (answer.status === 201) {
          acknowledged.push(answer.json.id);
        } else {
          expect(answer.json.resourceType).toBe('OperationOutcome');
          await sleep(20);
        }
      }
    });
    const lives: number[] = [];
    const watch = (async () => {
      while (!run.isOver) {
        lives.push(await probe('live'));
        await sleep(100);
      }
    })();

    const atLeast = async (count: number): Promise<void> => {
      while (acknowledged.length < count) {
        await sleep(20);
      }
    };
    await atLeast(6);
    const before = acknowledged.length;
    line[fault]();
    const offAfterMs = await until(503);
    expect((await fetch(`${api.origin}/health`)).status).toBe(503);
    await sleep(1_000);
    line.mend();
    const onAfterMs = await until(200);
    await atLeast(before + 6);
    run.isOver = true;
    await Promise.all([...load, watch]);

    console.log(
      `${fault}: readiness off after ${offAfterMs} ms, on after ${onAfterMs} ms; answers ${JSON.stringify([...statuses])}`,
    );
    expect(Math.max(offAfterMs, onAfterMs)).toBeLessThan(FOLLOWS_WITHIN_MS);
    expect(new Set(lives)).toEqual(new Set([200]));
    expect([...statuses.keys()].filter((status) => status !== 201 && status !== 503)).toEqual([]);
    // A frozen database may come back before any request has waited long enough to be refused.
    expect(statuses.has(503) || fault === 'freeze').toBe(true);
    const found = await Promise.all(acknowledged.map(async (id) => (await client.get(`Patient/${id}`)).status));
    expect(new Set(found)).toEqual(new Set([200]));
  }, 60_000);
});
