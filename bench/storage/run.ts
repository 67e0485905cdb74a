import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startCluster } from './cluster.ts';
import { measureAll } from './measure-all.ts';
import { report } from './report.ts';

const { values: options } = parseArgs({
  options: {
    resources: { type: 'string', default: '50000' },
    tenants: { type: 'string', default: '20' },
    /** Milliseconds that a statement is repeated. */
    budget: { type: 'string', default: '100' },
    directory: { type: 'string', default: join(tmpdir(), `storage-bench-${process.pid}`) },
    results: { type: 'string', default: join(import.meta.dirname, 'results.json') },
    keep: { type: 'boolean', default: false },
    filled: { type: 'boolean', default: false },
  },
});
const directory = resolve(options.directory);
const cluster = await startCluster(directory);
const started = performance.now();
try {
  const results = await measureAll(cluster, {
    size: { resources: Number(options.resources), tenants: Number(options.tenants), patientsPerTenant: 500 },
    filled: options.filled,
    budgetMs: Number(options.budget),
    resultsFile: options.results,
    log: (line) => console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`),
  });
  console.log(report(results));
} finally {
  await cluster.stop();
  if (!options.keep) {
    await rm(directory, { recursive: true, force: true });
  }
}
