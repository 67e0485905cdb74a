import { startTestServer, withClient } from '@healthcare/testkit';
import { mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesOf, type StandaloneProcess, startStandalone } from './testing/standalone-process.js';

interface DemoClient {
  readonly fhirUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const readClient = async (directory: string): Promise<DemoClient> =>
  JSON.parse(await readFile(join(directory, 'demo-client.json'), 'utf8')) as DemoClient;

async function tokenFor(client: DemoClient): Promise<string> {
  const response = await fetch(client.tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'system/*.cruds' }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
  return ((await response.json()) as { access_token: string }).access_token;
}

const status = async (url: string): Promise<number> =>
  fetch(url).then(
    (response) => response.status,
    () => 0,
  );

async function stop(standalone: StandaloneProcess, directory: string): Promise<void> {
  standalone.signal('SIGINT');
  expect(await standalone.ended(), standalone.output()).toBe(0);
  expect(await processesOf(directory)).toEqual([]);
}

describe('npm start', () => {
  let directory: string;
  let token = '';
  let patientUrl = '';

  beforeAll(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'healthcare-standalone-')));
  });

  afterAll(async () => {
    for (const { pid } of await processesOf(directory)) {
      process.kill(pid, 'SIGKILL');
    }
    await rm(directory, { recursive: true, force: true });
  });

  it('brings up an empty directory: database, demo clinic, API, worker', async () => {
    const standalone = await startStandalone(directory);
    await standalone.ready();
    expect(await status(`${standalone.origin}/health/ready`)).toBe(200);
    expect(await status(`${standalone.workerOrigin}/health/ready`)).toBe(200);
    for (const address of [`${standalone.origin}/fhir/R4`, `${standalone.origin}/oauth/token`, 'demo-client.json']) {
      expect(standalone.output()).toContain(address);
    }
    expect(standalone.output().match(/signs in as "operator" with the password "\S{12,}"/g)).toHaveLength(1);

    const client = await readClient(directory);
    expect((await stat(join(directory, 'demo-client.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'secrets.json'))).mode & 0o777).toBe(0o600);
    token = await tokenFor(client);
    const created = await fetch(`${client.fhirUrl}/Patient`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Patient', active: true }),
    });
    expect(created.status).toBe(201);
    patientUrl = new URL(created.headers.get('location') as string).pathname.replace(/\/_history.*/, '');

    const signIn = new URL(`${standalone.origin}/oauth/auth`);
    signIn.search = new URLSearchParams({
      client_id: 'demo-app',
      response_type: 'code',
      redirect_uri: 'http://localhost:3000/callback',
      scope: 'openid user/*.rs',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    }).toString();
    const toSignIn = await fetch(signIn, { redirect: 'manual' });
    expect([toSignIn.status, toSignIn.headers.get('location')]).toEqual([
      303,
      expect.stringContaining('/oauth/interaction/'),
    ]);

    const secrets = JSON.parse(await readFile(join(directory, 'secrets.json'), 'utf8')) as Record<string, string>;
    const services = (await processesOf(directory)).filter(({ program }) => /apps\/(api|worker)\//.test(program));
    expect(services).toHaveLength(2);
    for (const { pid } of services) {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
      expect(environment).toContain(secrets['appPassword']);
      expect(environment).not.toContain(secrets['ownerPassword']);
      expect(environment).not.toContain(secrets['superuserPassword']);
    }

    const second = await startStandalone(directory);
    expect(await second.ended()).toBe(1);
    expect(second.output()).toMatch(/runs already on \S+ \(process \d+\): stop that one, or set HEALTHCARE_DATA_DIR/);
    expect(await status(`${standalone.origin}/health/ready`)).toBe(200);
    await stop(standalone, directory);
  });

  it('is up again quickly, with the data and without another password', async () => {
    const startedAt = performance.now();
    const standalone = await startStandalone(directory);
    await standalone.ready();
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(seconds).toBeLessThan(30);
    expect(standalone.output()).not.toMatch(/password|Migrating|Setting up/);
    const client = await readClient(directory);
    expect(client.fhirUrl).toBe(`${standalone.origin}/fhir/R4`);
    const headers = { authorization: `Bearer ${await tokenFor(client)}` };
    expect((await fetch(`${standalone.origin}${patientUrl}`, { headers })).status).toBe(200);
    await stop(standalone, directory);
  });

  it('leaves neither API nor worker when it is killed, and the next start takes over what is left', async () => {
    const killed = await startStandalone(directory);
    await killed.ready();
    const before = await processesOf(directory);
    expect(
      before.filter(({ program }) => /postgres|apps\/(api|worker|standalone)/.test(program)).length,
    ).toBeGreaterThan(3);
    killed.signal('SIGKILL');
    expect(await killed.ended()).toBe('SIGKILL');
    await expect
      .poll(async () => (await processesOf(directory)).filter(({ program }) => program.includes('/apps/')), {
        timeout: 10_000,
      })
      .toEqual([]);

    const next = await startStandalone(directory, { PORT: new URL(killed.origin).port });
    await next.ready();
    expect(next.output()).toMatch(/Stopping PostgreSQL of an earlier run \(process \d+\)/);
    expect(await status(`${next.origin}/health/ready`)).toBe(200);
    await stop(next, directory);
  });

  it('leaves neither API nor worker when it is killed while they start', async () => {
    const killed = await startStandalone(directory);
    const services = async (): Promise<number> =>
      (await processesOf(directory)).filter(({ program }) => /apps\/(api|worker)/.test(program)).length;
    await expect.poll(services, { interval: 10 }).toBe(2);
    killed.signal('SIGKILL');
    await killed.ended();
    expect(killed.output()).not.toContain('is ready');
    await expect.poll(services, { timeout: 20_000 }).toBe(0);
    const next = await startStandalone(directory);
    await next.ready();
    await stop(next, directory);
  });

  it('starts API and worker again when they die', async () => {
    const standalone = await startStandalone(directory);
    await standalone.ready();
    for (const app of ['api', 'worker']) {
      const victim = (await processesOf(directory)).find(({ program }) => program.includes(`/apps/${app}/`));
      process.kill(victim?.pid as number, 'SIGKILL');
    }
    await expect
      .poll(standalone.output)
      .toMatch(/The API ended unexpectedly \(SIGKILL\)[^]*The worker ended|The worker ended[^]*The API ended/);
    await expect.poll(() => status(`${standalone.origin}/health/ready`), { timeout: 15_000 }).toBe(200);
    await expect.poll(() => status(`${standalone.workerOrigin}/health/ready`), { timeout: 15_000 }).toBe(200);
    await stop(standalone, directory);
  });

  it('ends with a reason when PostgreSQL dies', async () => {
    const standalone = await startStandalone(directory);
    await standalone.ready();
    const pid = Number((await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGQUIT');
    expect(await standalone.ended(), standalone.output()).toBe(1);
    expect(standalone.output()).toMatch(/PostgreSQL ended unexpectedly: see postgres\.log/);
    await expect.poll(() => processesOf(directory)).toEqual([]);
  });

  it('ends in order when it is interrupted in the middle of starting', async () => {
    const standalone = await startStandalone(directory);
    await expect.poll(async () => (await processesOf(directory)).length).toBeGreaterThan(1);
    await stop(standalone, directory);
    expect(standalone.output()).not.toContain('is ready');
  });

  it('ends at once on the second Ctrl-C, also what hangs', async () => {
    const standalone = await startStandalone(directory);
    await standalone.ready();
    const api = (await processesOf(directory)).find(({ program }) => program.includes('/apps/api/'));
    process.kill(api?.pid as number, 'SIGSTOP');
    standalone.signal('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await status(`${standalone.workerOrigin}/health/ready`)).toBe(0);
    const askedAt = performance.now();
    standalone.signal('SIGINT');
    expect(await standalone.ended()).toBe(130);
    expect(performance.now() - askedAt).toBeLessThan(15_000);
    await expect.poll(() => processesOf(directory)).toEqual([]);
  });

  it('makes the demo clinic anew when making it was interrupted', async () => {
    const before = await readClient(directory);
    await writeFile(join(directory, 'demo-clinic.unfinished'), '1');
    const standalone = await startStandalone(directory);
    await standalone.ready();
    expect(standalone.output()).toMatch(/signs in as "operator" with the password/);
    const client = await readClient(directory);
    expect(client.clientId).not.toBe(before.clientId);
    await tokenFor(client);
    await stop(standalone, directory);
    const again = await startStandalone(directory);
    await again.ready();
    expect(again.output()).not.toContain('password');
    await stop(again, directory);
  });
});

describe('npm start with DATABASE_URL', () => {
  it('uses that database, makes its demo clinic once, and starts no server', async () => {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'healthcare-standalone-')));
    const server = await startTestServer();
    try {
      await withClient(server.url, (client) => client.query('create database clinics'));
      const url = server.url.replace(/\/postgres$/, '/clinics');
      const standalone = await startStandalone(directory, { DATABASE_URL: url });
      await standalone.ready();
      expect(standalone.output()).toContain('(DATABASE_URL)');
      expect(standalone.output()).not.toContain(new URL(url).password);
      await tokenFor(await readClient(directory));
      const { rows } = await withClient(url, (client) => client.query('select slug from platform.tenant'));
      expect(rows).toEqual([{ slug: 'demo' }]);
      expect((await processesOf(directory)).filter(({ program }) => program.includes('postgres -D'))).toEqual([]);
      await stop(standalone, directory);

      const again = await startStandalone(directory, { DATABASE_URL: url });
      await again.ready();
      expect(again.output()).not.toMatch(/password|Migrating/);
      await stop(again, directory);
    } finally {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
