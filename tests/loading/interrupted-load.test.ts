import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHealthctl } from './healthctl-process.js';
import { type LoadBench, startLoadBench } from './load-bench.js';

const bundles = 30;
const patientsPerBundle = 40;
const lines = 2_000;

let bench: LoadBench;
beforeAll(async () => {
  bench = await startLoadBench();
}, 60_000);
afterAll(() => bench?.stop());

/** Resources without ids, in transactions and lines: only the idempotency keys keep a repetition from doubling them. */
async function writeInput(name: string): Promise<string> {
  const folder = join(bench.folder, name);
  await mkdir(folder);
  for (let bundle = 0; bundle < bundles; bundle += 1) {
    const entry = Array.from({ length: patientsPerBundle }, (_, index) => ({
      fullUrl: `urn:uuid:00000000-0000-4000-8000-${String(bundle * 100 + index).padStart(12, '0')}`,
      resource: { resourceType: 'Patient', identifier: [{ system: `urn:${name}`, value: `${bundle}-${index}` }] },
      request: { method: 'POST', url: 'Patient' },
    }));
    await writeFile(
      join(folder, `${bundle}.json`),
      JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
    );
  }
  const basics = Array.from(
    { length: lines },
    (_, line) => `{"resourceType":"Basic","code":{"text":"${name} ${line}"}}\n`,
  );
  await writeFile(join(folder, 'basics.ndjson'), basics.join(''));
  return folder;
}

const run = (folder: string): ReturnType<typeof startHealthctl> =>
  startHealthctl(['load', folder, ...bench.options, '--batch-size', '25'], bench.environment, bench.folder);

async function storedSince(before: Awaited<ReturnType<LoadBench['stored']>>): Promise<Record<string, number>> {
  const { byType, superseded } = await bench.stored();
  return {
    Patient: (byType['Patient'] ?? 0) - (before.byType['Patient'] ?? 0),
    Basic: (byType['Basic'] ?? 0) - (before.byType['Basic'] ?? 0),
    superseded: superseded - before.superseded,
  };
}

/** Waits until so many resources are in: then the load is in the middle, on a fast machine and on a slow one. */
async function untilStored(before: Awaited<ReturnType<LoadBench['stored']>>, resources: number): Promise<void> {
  while ((await bench.stored()).total < before.total + resources) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const everything = { Patient: bundles * patientsPerBundle, Basic: lines, superseded: 0 };

describe('a load that is interrupted', () => {
  it('by kill -9, again and again, ends with everything once', async () => {
    const before = await bench.stored();
    const folder = await writeInput('killed');
    const kills = 8;
    for (let round = 1; round <= kills; round += 1) {
      const { child, exit } = run(folder);
      await untilStored(before, round * 200);
      child.kill('SIGKILL');
      expect((await exit).signal).toBe('SIGKILL');
    }
    const last = await run(folder).exit;
    expect(last.exitCode, last.stderr).toBe(0);
    expect(JSON.parse(last.stdout)).toMatchObject({ refused: 0, complete: true });
    expect(await storedSince(before)).toEqual(everything);

    // Without its journal it asks for everything again, and is told what happened the first time.
    await rm(join(bench.folder, '.data'), { recursive: true });
    const again = await run(folder).exit;
    expect(again.exitCode, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ resources: bundles * patientsPerBundle + lines, refused: 0 });
    expect(await storedSince(before)).toEqual(everything);
  }, 120_000);

  it('by Ctrl-C, says so and goes on', async () => {
    const before = await bench.stored();
    const folder = await writeInput('stopped');
    const first = run(folder);
    await untilStored(before, 200);
    first.child.kill('SIGINT');
    const stopped = await first.exit;
    expect(stopped.exitCode, stopped.stderr).toBe(130);
    const part = JSON.parse(stopped.stdout) as { complete: boolean; resources: number };
    expect(part.complete).toBe(false);
    const stored = await storedSince(before);
    expect((stored['Patient'] ?? 0) + (stored['Basic'] ?? 0)).toBe(part.resources);
    expect((await run(folder).exit).exitCode).toBe(0);
    expect(await storedSince(before)).toEqual(everything);
  }, 60_000);

  it('by kill -9 of the server, goes on when the server is back', async () => {
    const before = await bench.stored();
    const folder = await writeInput('orphaned');
    const { exit } = run(folder);
    await untilStored(before, 200);
    const { child } = bench.api();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await bench.restartApi();
    const ended = await exit;
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect((JSON.parse(ended.stdout) as { retries: number }).retries).toBeGreaterThan(0);
    expect(await storedSince(before)).toEqual(everything);
  }, 60_000);
});
