import { type BootedApi, bootApi, type FhirClient, freePort, type RoleProcess, startRole } from '@healthcare/testkit';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** API, worker and receiver, each a process or a server of its own, as a clinic runs them. */
describe('subscriptions over HTTP', () => {
  let api: BootedApi;
  let worker: RoleProcess;
  let client: FhirClient;
  let receiver: Server;
  let endpoint: string;
  const workerLog: string[] = [];
  const arrived: string[] = [];

  beforeAll(async () => {
    receiver = createServer((request, response) => {
      arrived.push(`${request.method} ${request.url}`);
      request.resume().on('end', () => response.writeHead(request.url!.startsWith('/broken') ? 503 : 200).end());
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    const environment = { SUBSCRIPTION_ALLOWED_NETWORKS: '127.0.0.1/32', SUBSCRIPTION_MAX_ATTEMPTS: '2' };
    api = await bootApi({ environment });
    const port = await freePort();
    worker = await startRole(
      'worker',
      { ...api.environment, ...environment, WORKER_PORT: String(port) },
      `http://127.0.0.1:${port}/health/ready`,
      (line) => void workerLog.push(line),
    );
    client = await api.client('north');
  });

  afterAll(async () => {
    await worker?.stop();
    await api?.stop();
    receiver.closeAllConnections();
    receiver.close();
  });

  const subscribe = async (path: string, criteria: string): Promise<string> => {
    const answer = await client.post('Subscription', {
      resourceType: 'Subscription',
      status: 'requested',
      reason: 'test',
      criteria,
      channel: { type: 'rest-hook', endpoint: `${endpoint}${path}`, payload: 'application/fhir+json' },
    });
    expect(answer.status).toBe(201);
    return answer.json.id;
  };
  const statusOf = async (id: string): Promise<string> => (await client.get(`Subscription/${id}`)).json.status;

  it('activates, delivers what matches, and carries the request id through to the log of the worker', async () => {
    const id = await subscribe('/fine', 'Patient?gender=female');
    await expect.poll(() => statusOf(id), { timeout: 5_000 }).toBe('active');
    await client.post('Patient', { resourceType: 'Patient', gender: 'male' });
    const created = await client.post(
      'Patient',
      { resourceType: 'Patient', gender: 'female' },
      { 'x-request-id': 'from-the-clinic-1' },
    );
    await expect.poll(() => arrived, { timeout: 5_000 }).toEqual([`PUT /fine/Patient/${created.json.id}`]);
    await expect
      .poll(() => workerLog.filter((line) => line.includes('"from-the-clinic-1"') && line.includes('job done')), {
        timeout: 2_000,
      })
      .toHaveLength(1);
  });

  it('gives up after the last attempt: error, with the reason, in the history', { timeout: 20_000 }, async () => {
    const id = await subscribe('/broken', 'Device');
    await expect.poll(() => statusOf(id), { timeout: 5_000 }).toBe('active');
    await client.post('Device', { resourceType: 'Device' });
    await expect.poll(() => statusOf(id), { timeout: 12_000 }).toBe('error');
    expect((await client.get(`Subscription/${id}`)).json.error).toBe(
      'The receiver was not told after 2 attempts: it answered HTTP 503.',
    );
    expect(arrived.filter((line) => line.includes('/broken'))).toHaveLength(2);
    const { entry } = (await client.get(`Subscription/${id}/_history`)).json;
    expect(entry.map(({ resource }: { resource: { status: string } }) => resource.status)).toEqual([
      'error',
      'active',
      'requested',
    ]);
  });

  it('refuses a receiver on a private address that is not allowed, with the path', async () => {
    const answer = await client.post('Subscription', {
      resourceType: 'Subscription',
      status: 'requested',
      reason: 'test',
      criteria: 'Patient',
      channel: { type: 'rest-hook', endpoint: 'http://169.254.169.254/latest' },
    });
    expect(answer.status).toBe(422);
    expect(answer.json.issue).toEqual([
      expect.objectContaining({ severity: 'error', code: 'value', expression: ['Subscription.channel.endpoint'] }),
    ]);
  });
});
