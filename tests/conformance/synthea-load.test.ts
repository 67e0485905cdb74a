import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHealthctl } from '../loading/healthctl-process.js';
import { type LoadBench, startLoadBench } from '../loading/load-bench.js';
import { sampleFiles } from './samples.js';

const files = sampleFiles('synthea-r4');

describe.skipIf(files.length === 0)('Synthea patients', () => {
  let bench: LoadBench;
  beforeAll(async () => {
    bench = await startLoadBench();
  }, 60_000);
  afterAll(() => bench?.stop());

  it(`load without a refusal: ${files.length} bundles`, async () => {
    const inFiles: Record<string, number> = {};
    for (const file of files) {
      const { entry } = JSON.parse(await readFile(file, 'utf8')) as { entry: { resource: { resourceType: string } }[] };
      for (const { resource } of entry) {
        inFiles[resource.resourceType] = (inFiles[resource.resourceType] ?? 0) + 1;
      }
    }
    const run = startHealthctl(['load', dirname(files[0] ?? ''), ...bench.options], bench.environment, bench.folder);
    const { exitCode, stdout, stderr } = await run.exit;
    expect(exitCode, stderr).toBe(0);
    const summary = JSON.parse(stdout) as { resources: number; refused: number; resourcesPerSecond: number };
    process.stdout.write(`Synthea: ${summary.resources} resources at ${summary.resourcesPerSecond}/s\n`);
    const total = Object.values(inFiles).reduce((sum, count) => sum + count, 0);
    expect(summary).toMatchObject({ files: files.length, resources: total, refused: 0, complete: true });
    expect(await bench.stored()).toEqual({ byType: inFiles, total, superseded: 0 });
  }, 180_000);
});
