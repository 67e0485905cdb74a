import { createTenant, createTestDatabase, type TestDatabase, withClient } from '@healthcare/testkit';
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/logging/index.js';
import { DeliverNotification } from './deliver-notification.js';
import { NetworkPolicy } from './network-policy.js';
import { NotificationSender } from './notification-sender.js';
import { observation, subscription, TestClinic } from './testing/clinic.js';
import { type Receiver, startReceiver } from './testing/receiver.js';
import { UpdateSubscriptionStatus } from './update-status.js';

const MAX_ATTEMPTS = 3;
const logger = createLogger({ level: 'silent', role: 'test' });
const run = (attempt: number) => ({ attempt, signal: new AbortController().signal });

interface QueuedJob {
  readonly type: string;
  readonly key: string;
  readonly runAt: Date;
  readonly payload: {
    tenantId: number;
    requestId: string;
    subscriptionId: string;
    resourceType: string;
    resourceId: string;
    version: number;
  };
}

describe('subscriptions', () => {
  let testDatabase: TestDatabase;
  let clinic: TestClinic;
  let other: TestClinic;
  let receiver: Receiver;
  let sender: NotificationSender;
  let deliver: DeliverNotification;
  let nowMs: number;
  let status = 200;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    receiver = await startReceiver((_request, response) => response.writeHead(status).end('Jane Doe'));
    sender = new NotificationSender(new NetworkPolicy(['127.0.0.1']), { connectTimeoutMs: 500, timeoutMs: 1_000 });
  });

  beforeEach(async () => {
    status = 200;
    nowMs = Date.now();
    // Clinics of their own keep the tests apart.
    const [north, south] = await Promise.all([newTenant(), newTenant()]);
    clinic = new TestClinic(testDatabase.appUrl, north, () => nowMs);
    other = new TestClinic(testDatabase.appUrl, south, () => nowMs);
    deliver = new DeliverNotification(
      clinic.database,
      clinic.reader,
      clinic.store,
      sender,
      MAX_ATTEMPTS,
      logger,
      () => nowMs,
    );
  });

  afterEach(async () => {
    await Promise.all([clinic.database.close(), other.database.close()]);
    await withClient(testDatabase.url, (client) => client.query('delete from graphile_worker._private_jobs'));
    (receiver.received as unknown[]).length = 0;
  });

  afterAll(async () => {
    await sender.close();
    await receiver.close();
    await testDatabase.drop();
  });

  const newTenant = (): Promise<number> => createTenant(testDatabase.url, `t${randomBytes(6).toString('hex')}`);

  /** Takes the jobs that are queued. */
  const jobs = (type: string): Promise<QueuedJob[]> =>
    withClient(testDatabase.url, async (client) => {
      const { rows } = await client.query<QueuedJob>(
        `delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
          where t.id = j.task_id and t.identifier = $1
          returning t.identifier as type, j.key, j.run_at as "runAt", j.payload`,
        [type],
      );
      return rows;
    });
  const deliveries = async (): Promise<string[]> =>
    (await jobs('subscription-delivery'))
      .map(({ payload: p }) => `${p.subscriptionId} ${p.resourceType}/${p.resourceId}/${p.version}`)
      .sort();
  const statusOf = async (id = 'sub') =>
    (await clinic.read('Subscription', id)) as unknown as {
      status: string;
      error?: string;
      meta: { versionId: string };
    };

  describe('a write', () => {
    it('makes one job for each subscription that it matches, by the new version', async () => {
      await clinic.put(
        subscription(receiver.url),
        subscription(receiver.url, { id: 'all', criteria: 'Observation' }),
        subscription(receiver.url, {
          id: 'code',
          criteria: 'Observation?code=http://loinc.org|8867-4&status=final,amended',
        }),
        subscription(receiver.url, { id: 'patients', criteria: 'Patient?gender=female' }),
      );
      await clinic.put(observation('o1'), observation('o2', { status: 'preliminary' }));
      expect(await deliveries()).toEqual([
        'all Observation/o1/1',
        'all Observation/o2/1',
        'code Observation/o1/1',
        'sub Observation/o1/1',
      ]);
      await clinic.put(observation('o1', { status: 'entered-in-error' }), observation('o2'));
      expect(await deliveries()).toEqual([
        'all Observation/o1/2',
        'all Observation/o2/2',
        'code Observation/o2/2',
        'sub Observation/o2/2',
      ]);
    });

    it('tells nobody of a deletion', async () => {
      await clinic.put(subscription(receiver.url, { criteria: 'Observation' }));
      await clinic.put(observation('o1'));
      await deliveries();
      await clinic.delete('Observation', 'o1');
      expect(await deliveries()).toEqual([]);
    });

    it('concerns the subscriptions of its own clinic only', async () => {
      await clinic.put(subscription(receiver.url));
      await other.put(observation('o1'));
      expect(await deliveries()).toEqual([]);
    });

    it('makes no job when it is rolled back', async () => {
      await clinic.put(subscription(receiver.url));
      const failing = clinic.database.withTenant(clinic.tenantId, async (tx) => {
        await clinic.observer.written(tx, clinic.tenantId, [
          {
            interaction: 'create',
            resourceType: 'Observation',
            id: 'o1',
            version: 1,
            resource: observation('o1'),
            searchValues: [],
          },
        ]);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await deliveries()).toEqual([]);
    });

    it('puts no health data into the payload', async () => {
      await clinic.put(subscription(receiver.url));
      await clinic.put(observation('o1', { valueString: 'Jane Doe' }));
      const [job] = await jobs('subscription-delivery');
      expect(job!.payload).toEqual({
        tenantId: clinic.tenantId,
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        subscriptionId: 'sub',
        resourceType: 'Observation',
        resourceId: 'o1',
        version: 1,
      });
      expect(job!.key).toBe(`subscription-delivery/${clinic.tenantId}/sub/Observation/o1/1`);
    });

    it.each(['off', 'error'])('does not concern a subscription whose status is %s', async (off) => {
      await clinic.put(subscription(receiver.url));
      await clinic.put(subscription(receiver.url, { status: off }));
      await clinic.put(observation('o1'));
      expect(await deliveries()).toEqual([]);
    });

    it('does not concern a subscription that is deleted, ended, or about something else by now', async () => {
      const end = new Date(nowMs + 60_000).toISOString();
      await clinic.put(
        subscription(receiver.url, { id: 'deleted' }),
        subscription(receiver.url, { id: 'ended', end }),
        subscription(receiver.url, { id: 'changed' }),
      );
      await clinic.put(observation('o1'));
      expect(await deliveries()).toHaveLength(3);
      await clinic.delete('Subscription', 'deleted');
      await clinic.put(subscription(receiver.url, { id: 'changed', criteria: 'Patient' }));
      nowMs += 60_000;
      await clinic.put(observation('o1'));
      expect(await deliveries()).toEqual([]);
    });

    it('sees a subscription of the same transaction', async () => {
      await clinic.put(observation('o1'), subscription(receiver.url));
      expect(await deliveries()).toEqual(['sub Observation/o1/1']);
    });

    it('goes on when an earlier release has left criteria that cannot be read', async () => {
      await clinic.put(subscription(receiver.url), subscription(receiver.url, { id: 'fine' }));
      await clinic.database.withTenant(clinic.tenantId, (tx) =>
        tx.query("update fhir.subscription_index set criteria = 'Observation?gone=1' where subscription_id = 'sub'"),
      );
      await clinic.put(observation('o1'));
      expect(await deliveries()).toEqual(['fine Observation/o1/1']);
    });

    it('is refused with a subscription that cannot be served, and leaves nothing', async () => {
      await expect(clinic.put(subscription('http://10.0.0.1/'))).rejects.toMatchObject({ status: 422 });
      expect(await clinic.read('Subscription', 'sub')).toBeUndefined();
    });
  });

  describe('the status', () => {
    const update = async (): Promise<void> => {
      const handler = new UpdateSubscriptionStatus(clinic.database, clinic.store, () => nowMs);
      for (const job of await jobs('subscription-status')) {
        await handler.run(job.payload);
      }
    };

    it('becomes active by a job, and the job done again changes nothing', async () => {
      await clinic.put(subscription(receiver.url));
      const [job] = await jobs('subscription-status');
      const handler = new UpdateSubscriptionStatus(clinic.database, clinic.store);
      await handler.run(job!.payload);
      await handler.run(job!.payload);
      expect(await statusOf()).toMatchObject({ status: 'active', meta: { versionId: '2' } });
      expect(await jobs('subscription-status')).toEqual([]);
    });

    it('keeps what else the subscription says', async () => {
      const given = subscription(receiver.url, {
        contact: [{ system: 'phone', value: '1' }],
        status: 'requested',
        error: 'before',
      });
      await clinic.put(given);
      await update();
      const { error: _error, ...rest } = given;
      expect(await statusOf()).toMatchObject({ ...rest, status: 'active' });
      expect(await statusOf()).not.toHaveProperty('error');
    });

    it('becomes off at its end', async () => {
      const end = new Date(nowMs + 60_000);
      await clinic.put(subscription(receiver.url, { end: end.toISOString() }));
      const planned = await jobs('subscription-status');
      expect(planned.map(({ key }) => key.split('/')[0]).sort()).toEqual([
        'subscription-activation',
        'subscription-end',
      ]);
      expect(planned.find(({ key }) => key.startsWith('subscription-end'))!.runAt).toEqual(end);
      nowMs = end.getTime();
      await new UpdateSubscriptionStatus(clinic.database, clinic.store, () => nowMs).run(planned[0]!.payload);
      expect(await statusOf()).toMatchObject({ status: 'off' });
    });

    it('stays as written when the end was over already', async () => {
      await clinic.put(subscription(receiver.url, { end: '2021-01-01T00:00:00Z' }));
      expect(await jobs('subscription-status')).toEqual([]);
      await clinic.put(observation('o1'));
      expect(await deliveries()).toEqual([]);
    });

    it('does not come back from off', async () => {
      await clinic.put(subscription(receiver.url));
      const [job] = await jobs('subscription-status');
      await clinic.put(subscription(receiver.url, { status: 'off' }));
      await new UpdateSubscriptionStatus(clinic.database, clinic.store).run(job!.payload);
      expect(await statusOf()).toMatchObject({ status: 'off', meta: { versionId: '2' } });
    });
  });

  describe('a delivery', () => {
    const delivery = async () => {
      await clinic.put(subscription(receiver.url));
      await jobs('subscription-status');
      await clinic.put(observation('o1'));
      const [job] = await jobs('subscription-delivery');
      return job!.payload;
    };

    it('sends the version that matched, not the newest', async () => {
      const payload = await delivery();
      await clinic.put(observation('o1', { status: 'amended' }));
      await deliver.run(payload, run(1));
      expect(receiver.received).toHaveLength(1);
      expect(receiver.received[0]).toMatchObject({ method: 'PUT', path: '/Observation/o1' });
      expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({ status: 'final', meta: { versionId: '1' } });
      expect(receiver.received[0]!.headers['x-request-id']).toBe(payload.requestId);
    });

    it('fails to be tried again, and after the last switches the subscription to error with the reason', async () => {
      const payload = await delivery();
      status = 503;
      for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
        await expect(deliver.run(payload, run(attempt))).rejects.toThrow('HTTP 503');
        expect(await statusOf()).toMatchObject({ status: 'requested' });
      }
      await deliver.run(payload, run(MAX_ATTEMPTS));
      expect(await statusOf()).toMatchObject({
        status: 'error',
        error: 'The receiver was not told after 3 attempts: it answered HTTP 503.',
        meta: { versionId: '2' },
      });
      expect(JSON.stringify(await statusOf())).not.toContain('Jane');
      expect(receiver.received).toHaveLength(MAX_ATTEMPTS);
    });

    it('is dropped once the subscription is in error, off, ended or gone', async () => {
      const payload = await delivery();
      for (const left of ['error', 'off']) {
        await clinic.put(subscription(receiver.url, { status: left }));
        await deliver.run(payload, run(1));
      }
      await clinic.put(subscription(receiver.url, { end: new Date(nowMs - 1).toISOString() }));
      await deliver.run(payload, run(1));
      await clinic.delete('Subscription', 'sub');
      await deliver.run(payload, run(1));
      expect(receiver.received).toHaveLength(0);
    });

    it('resumes when the client asks for it again', async () => {
      const payload = await delivery();
      status = 500;
      await deliver.run(payload, run(MAX_ATTEMPTS));
      status = 200;
      await clinic.put(subscription(receiver.url));
      await deliver.run(payload, run(1));
      expect(receiver.received).toHaveLength(2);
      expect(await statusOf()).toMatchObject({ status: 'requested' });
    });

    it('switches to error at once when the receiver lies on an address that is not allowed', async () => {
      const payload = await delivery();
      const strict = new NotificationSender(new NetworkPolicy([]), { connectTimeoutMs: 500, timeoutMs: 1_000 });
      await new DeliverNotification(clinic.database, clinic.reader, clinic.store, strict, MAX_ATTEMPTS, logger).run(
        payload,
        run(1),
      );
      await strict.close();
      expect(await statusOf()).toMatchObject({
        status: 'error',
        error: expect.stringContaining('no address that this server sends to') as string,
      });
      expect(receiver.received).toHaveLength(0);
    });

    it('reads nothing of another clinic, whatever the payload says', async () => {
      const payload = await delivery();
      await deliver.run({ ...payload, tenantId: other.tenantId }, run(1));
      expect(receiver.received).toHaveLength(0);
    });
  });
});
