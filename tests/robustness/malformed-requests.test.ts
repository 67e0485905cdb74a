import { bootApi, type BootedApi, freePort, startRole, type FhirClient, type RoleProcess } from '@healthcare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countRows, measureMemory } from './footprint.js';
import { describeFailures, runSuite, type SuiteOptions } from './run-suite.js';
import { validPatient } from './sample-resources.js';

/** Fixed, so that a change of the code is what makes a run fail; another seed looks elsewhere. */
const seed = Number(process.env['ROBUSTNESS_SEED'] ?? 20_261_123);
const requests = Number(process.env['ROBUSTNESS_REQUESTS'] ?? 10_000);
/** Enough that every cache is full and the allocator has met every size of body. */
const warmUpRequests = 4_000;
const concurrency = 8;

const mebibyte = 1024 * 1024;
/** Live objects may grow by caches that fill up, such as prepared statements; 10,000 leaks of 1 kB are seen. */
const heapGrowthLimit = 8 * mebibyte;
/**
 * Pages that the allocator keeps. How many depends on how many large bodies happened to be held at once (measured: 6 to
 * 69 MiB on a machine that is idle or overloaded); rounds of 4,000 after each other add nothing.
 */
const rssGrowthLimit = 128 * mebibyte;

let home: BootedApi;
let api: RoleProcess;
let client: FhirClient;
let options: Omit<SuiteOptions, 'seed' | 'requests'>;
const log: string[] = [];

beforeAll(async () => {
  // The one in this process gives database, clinic and token; the one that is mistreated runs as it does in production.
  home = await bootApi();
  const token = (await home.client('robust')).token;
  const port = await freePort();
  const probe = new URL('memory-probe.mjs', import.meta.url).href;
  api = await startRole(
    'api',
    { ...home.environment, PORT: String(port), PUBLIC_URL: home.origin, NODE_OPTIONS: `--expose-gc --import=${probe}` },
    `http://127.0.0.1:${port}/health/ready`,
    (line) => void log.push(line),
  );
  const { pathname } = new URL(home.fhirUrl);
  const { FhirClient: Client } = await import('@healthcare/testkit');
  client = new Client(`http://127.0.0.1:${port}${pathname}`, token);
  const created = await client.post('Patient', validPatient());
  expect(created.status).toBe(201);
  const target = {
    authority: `127.0.0.1:${port}`,
    basePath: pathname,
    token: token ?? '',
    patientId: /Patient\/([^/]+)/.exec(created.headers.get('location') ?? '')?.[1] ?? '',
  };
  options = { host: '127.0.0.1', port, target, concurrency, timeoutMs: 15_000 };
}, 60_000);

afterAll(async () => {
  await api?.stop();
  await home?.stop();
});

describe('malformed requests', () => {
  it(`refuses ${requests} of them, stores nothing, forgets nothing and lives (seed ${seed})`, async () => {
    const warmUp = await runSuite({ ...options, seed: seed + 1, requests: warmUpRequests });
    for (const { path } of warmUp.stored) {
      expect((await client.delete(pathBelowBase(path))).status).toBeLessThan(300);
    }
    const pid = api.child.pid ?? 0;
    const rowsBefore = await countRows(home.database.appUrl);
    const memoryBefore = await measureMemory(pid, log);
    expect(rowsBefore['resource'], 'the count sees the patient').toBeGreaterThanOrEqual(1);

    const startedAt = performance.now();
    const result = await runSuite({ ...options, seed, requests });
    const seconds = (performance.now() - startedAt) / 1000;

    for (const { path, literal } of result.stored) {
      const kept = await client.get(pathBelowBase(path));
      expect(kept.status).toBe(200);
      expect(kept.text).toContain(literal);
      expect((await client.delete(pathBelowBase(path))).status).toBeLessThan(300);
    }
    const memoryAfter = await measureMemory(pid, log);
    const mib = (bytes: number): string => (bytes / mebibyte).toFixed(1);
    process.stdout.write(
      [
        `${requests} malformed requests in ${seconds.toFixed(1)} s, seed ${seed}`,
        `  families: ${[...result.sent].map(([name, count]) => `${name} ${count}`).join(', ')}`,
        `  answers: ${[...result.statuses]
          .sort()
          .map(([status, count]) => `${status} × ${count}`)
          .join(', ')}; strange but valid resources: ${result.stored.length}`,
        `  heap ${mib(memoryBefore.heapUsed)} → ${mib(memoryAfter.heapUsed)} MiB, RSS ${mib(memoryBefore.rss)} → ${mib(memoryAfter.rss)} MiB`,
        '',
      ].join('\n'),
    );

    expect(
      [...warmUp.failures, ...result.failures],
      describeFailures([...warmUp.failures, ...result.failures], seed),
    ).toHaveLength(0);
    // What was taken by right was deleted again: each left its tombstone and the version before, and no search entry.
    expect(await countRows(home.database.appUrl)).toEqual({
      ...rowsBefore,
      resource: (rowsBefore['resource'] ?? 0) + result.stored.length,
      resource_history: (rowsBefore['resource_history'] ?? 0) + result.stored.length,
    });
    expect([api.child.exitCode, api.child.signalCode, api.child.pid]).toEqual([null, null, pid]);
    expect(memoryAfter.heapUsed + memoryAfter.external).toBeLessThan(
      memoryBefore.heapUsed + memoryBefore.external + heapGrowthLimit,
    );
    expect(memoryAfter.rss).toBeLessThan(memoryBefore.rss + rssGrowthLimit);
  }, 300_000);

  it('still serves what it served before, with nothing added to its objects', async () => {
    const patient = await client.get(`Patient/${options.target.patientId}`);
    expect(patient.status).toBe(200);
    expect(patient.json).toMatchObject(validPatient());
    expect((await client.get('metadata')).text).not.toContain('polluted');
  });

  it('logged neither a failure of its own nor anything from the bodies', () => {
    expect(log.length).toBeGreaterThan(0);
    const levels = log
      .filter((line) => line.startsWith('{'))
      .map((line) => (JSON.parse(line) as { level: unknown }).level);
    expect(
      levels.filter((level) => level === 'error' || level === 'fatal' || (typeof level === 'number' && level >= 50)),
    ).toEqual([]);
    expect(log.filter((line) => /Robust|Springfield|drop table|polluted/.test(line))).toEqual([]);
  });
});

function pathBelowBase(location: string): string {
  return /\w+\/[^/]+$/.exec(location)?.[0] ?? location;
}
