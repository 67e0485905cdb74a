import { createTenant, createTestDatabase, type TestDatabase, withClient } from '@healthcare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Database } from '../database/index.js';
import { runInContext } from '../logging/index.js';
import { enqueue, installQueue } from './index.js';
import { defineJobType } from './job-type.js';

const delivery = defineJobType('subscription-delivery', { subscriptionId: z.string() }, { timeoutMs: 1_000 });

describe('enqueue', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let north: number;
  let south: number;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    await installQueue(testDatabase.url);
    north = await createTenant(testDatabase.url, 'north');
    south = await createTenant(testDatabase.url, 'south');
    database = new Database(
      { url: testDatabase.appUrl, poolSize: 2, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 },
      'test',
    );
  });

  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  const jobs = (): Promise<
    { payload: Record<string, unknown>; key: string | null; max_attempts: number; run_at: Date }[]
  > =>
    withClient(testDatabase.url, async (client) => {
      const { rows } = await client.query(
        'select payload, key, max_attempts, run_at from graphile_worker._private_jobs order by id',
      );
      await client.query('delete from graphile_worker._private_jobs');
      return rows;
    });

  it('makes the jobs with the transaction, with the request they come from', async () => {
    await runInContext({ requestId: 'request-1' }, () =>
      database.withTenant(north, async (tx) => {
        const both = [{ data: { subscriptionId: 'a' } }, { data: { subscriptionId: 'b' }, key: 'k' }];
        await enqueue(tx, delivery, north, both, { maxAttempts: 3, runAt: new Date('2100-01-01T00:00:00Z') });
      }),
    );
    expect(await jobs()).toEqual([
      {
        payload: { subscriptionId: 'a', tenantId: north, requestId: 'request-1' },
        key: null,
        max_attempts: 3,
        run_at: new Date('2100-01-01T00:00:00Z'),
      },
      {
        payload: { subscriptionId: 'b', tenantId: north, requestId: 'request-1' },
        key: 'k',
        max_attempts: 3,
        run_at: new Date('2100-01-01T00:00:00Z'),
      },
    ]);
  });

  it('makes none when the transaction fails after it', async () => {
    const failing = database.withTenant(north, async (tx) => {
      await enqueue(tx, delivery, north, [{ data: { subscriptionId: 'a' } }]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await jobs()).toEqual([]);
  });

  it('keeps one job a key, the last', async () => {
    await database.withTenant(north, async (tx) => {
      await enqueue(tx, delivery, north, [{ data: { subscriptionId: 'a' }, key: 'k' }]);
      await enqueue(tx, delivery, north, [{ data: { subscriptionId: 'b' }, key: 'k' }]);
    });
    expect((await jobs()).map(({ payload }) => payload['subscriptionId'])).toEqual(['b']);
  });

  it('makes no job for another clinic than the transaction is bound to', async () => {
    const foreign = database.withTenant(north, (tx) =>
      enqueue(tx, delivery, south, [{ data: { subscriptionId: 'a' } }]),
    );
    await expect(foreign).rejects.toMatchObject({ code: '42501' });
    const unbound = database.transaction((tx) => enqueue(tx, delivery, north, [{ data: { subscriptionId: 'a' } }]));
    await expect(unbound).rejects.toMatchObject({ code: '42501' });
    expect(await jobs()).toEqual([]);
  });

  it('makes no job of a type that is not known', async () => {
    const unknown = defineJobType('no-such-type', {}, { timeoutMs: 1 });
    const refused = database.withTenant(north, (tx) => enqueue(tx, unknown, north, [{ data: {} }]));
    await expect(refused).rejects.toMatchObject({ code: '22023' });
  });

  it('refuses a payload with more than its type has', async () => {
    const data = { subscriptionId: 'a', patientName: 'Jane' };
    const refused = database.withTenant(north, (tx) => enqueue(tx, delivery, north, [{ data }]));
    await expect(refused).rejects.toThrow(/patientName/);
  });

  it.each([
    ['application', 'select from graphile_worker._private_jobs'],
    ['application', "select graphile_worker.add_job('subscription-delivery')"],
    ['application', "select platform.release_jobs_of_lost_workers(interval '0')"],
    ['application', 'select from platform.worker_heartbeat'],
    ['queue', 'select from fhir.resource'],
    ['queue', 'select from fhir.subscription_index'],
    ['queue', 'select from platform.tenant'],
    ['queue', 'insert into graphile_worker._private_jobs (task_id) values (1)'],
    ['queue', "select platform.enqueue_jobs('subscription-delivery', '{}', '{}', 1, 0, null)"],
  ])('does not let the role of the %s run: %s', async (role, statement) => {
    const url = role === 'queue' ? testDatabase.queueUrl : testDatabase.appUrl;
    await expect(withClient(url, (client) => client.query(statement))).rejects.toMatchObject({ code: '42501' });
  });

  it('installs again without a change', async () => {
    await installQueue(testDatabase.url);
    await database.withTenant(north, (tx) => enqueue(tx, delivery, north, [{ data: { subscriptionId: 'a' } }]));
    const seen = await withClient(testDatabase.queueUrl, (client) =>
      client.query('select from graphile_worker._private_jobs'),
    );
    expect(seen.rowCount).toBe(1);
    await jobs();
  });
});
