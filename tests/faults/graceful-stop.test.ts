import { bootApi, createTestDatabase, freePort, FhirClient, startRole, type BootedApi } from '@healthcare/testkit';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let api: BootedApi;
let token: string;

beforeAll(async () => {
  api = await bootApi({ database: await createTestDatabase() });
  token = (await api.client('north')).token!;
});
afterAll(async () => {
  await api.stop();
  await api.database.drop();
});

/** A second API process on the same database, which the test may stop. */
async function startApi(
  environment: Record<string, string>,
): Promise<{ readonly origin: string; readonly pid: number; readonly ended: Promise<number | null> }> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const role = await startRole(
    'api',
    { ...api.environment, ...environment, PORT: String(port) },
    `${origin}/health/ready`,
    () => {},
  );
  const ended = once(role.child, 'exit').then(([code]) => code as number | null);
  return { origin, pid: role.child.pid!, ended };
}

describe('SIGTERM', () => {
  it('turns readiness off first, goes on serving while it drains, ends open requests, and exits with 0', async () => {
    const server = await startApi({ SHUTDOWN_DRAIN_MS: '1500' });
    const client = new FhirClient(api.fhirUrl, token, [server.origin]);
    const answers: number[] = [];
    let failed = 0;
    const run = { isOver: false };
    // As behind a load balancer: requests come as long as readiness is on, and a little longer.
    const load = Array.from({ length: 8 }, async () => {
      while (!run.isOver) {
        await client.post('Patient', { resourceType: 'Patient' }).then(
          ({ status }) => answers.push(status),
          () => (failed += 1),
        );
      }
    });
    await sleep(300);
    process.kill(server.pid, 'SIGTERM');
    await sleep(200);
    expect((await fetch(`${server.origin}/health/ready`)).status).toBe(503);
    expect((await fetch(`${server.origin}/health/live`)).status).toBe(200);
    await sleep(600);
    run.isOver = true;
    await Promise.all(load);
    expect(await server.ended).toBe(0);
    expect(failed).toBe(0);
    expect(new Set(answers)).toEqual(new Set([201]));
    await expect(fetch(`${server.origin}/health/live`)).rejects.toThrow();
  }, 30_000);

  it('would be seen to lose requests: without the drain some that still come are refused', async () => {
    const server = await startApi({ SHUTDOWN_DRAIN_MS: '0' });
    const client = new FhirClient(api.fhirUrl, token, [server.origin]);
    let failed = 0;
    const run = { isOver: false };
    const load = Array.from({ length: 8 }, async () => {
      while (!run.isOver) {
        await client.post('Patient', { resourceType: 'Patient' }).catch(() => (failed += 1));
      }
    });
    await sleep(300);
    process.kill(server.pid, 'SIGTERM');
    await sleep(700);
    run.isOver = true;
    await Promise.all(load);
    expect(await server.ended).toBe(0);
    expect(failed).toBeGreaterThan(0);
  }, 30_000);

  it('stops a process whose clients do not let go, within its bound', async () => {
    const server = await startApi({ SHUTDOWN_TIMEOUT_MS: '1000' });
    const { port } = new URL(server.origin);
    const socket = createConnection({ host: '127.0.0.1', port: Number(port) });
    socket.on('error', () => {});
    // A request whose body never ends.
    socket.write(
      `POST /fhir/R4/Patient HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/fhir+json\r\ncontent-length: 100\r\n\r\n{`,
    );
    await sleep(200);
    const started = Date.now();
    process.kill(server.pid, 'SIGTERM');
    expect(await server.ended).toBe(0);
    expect(Date.now() - started).toBeLessThan(5_000);
    socket.destroy();
  }, 30_000);
});
