import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { built, loadBuilt } from './built.ts';
import { type Candidate, json, side, tokens } from './candidates.ts';
import { connect, startCluster } from './cluster.ts';
import { runFile, settle } from './load.ts';
import { type Measurement, measure } from './measure.ts';
import { chooseSubject } from './queries.ts';
import { report } from './report.ts';
import { sizesOf } from './sizes.ts';
import { measureWrites } from './measure-writes.ts';

const { values: options } = parseArgs({
  options: {
    resources: { type: 'string', default: '50000' },
    tenants: { type: 'string', default: '20' },
    directory: { type: 'string', default: join(tmpdir(), `storage-bench-${process.pid}`) },
    results: { type: 'string', default: join(import.meta.dirname, 'results.json') },
    candidates: { type: 'string', default: 'fhir,side,tokens,json' },
    keep: { type: 'boolean', default: false },
    /** How long a query is repeated at most. */
    budgetMs: { type: 'string', default: '400' },
  },
});
const size = { resources: Number(options.resources), tenants: Number(options.tenants), patientsPerTenant: 500 };
const directory = resolve(options.directory);
const cluster = await startCluster(directory);
try {
  const owner = await connect(cluster.url('owner'));
  const app = await connect(cluster.url('app'));
  // The product sends searches unprepared: each is planned for its own values.
  await app.query('set plan_cache_mode = force_custom_plan');
  const started = performance.now();
  const log = (line: string): void =>
    console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);

  log(`sample of ${size.resources} Observations in ${size.tenants} tenants`);
  await runFile(owner, 'sample', size);
  const subject = await chooseSubject(owner);
  const results: Record<string, unknown> = { measuredAt: new Date().toISOString(), size, node: process.version };
  const all = [built, side, tokens, json].filter(({ schema }) => options.candidates.split(',').includes(schema));
  for (const candidate of all) {
    log(`${candidate.name}: filling`);
    const seconds = candidate === built ? await loadBuilt(owner, cluster.url('owner')) : await fill(candidate);
    const sizes = await sizesOf(owner, candidate.schema, size.resources + size.tenants * size.patientsPerTenant);
    log(`${candidate.name}: ${seconds.toFixed(0)} s, ${sizes.total} bytes a resource; queries`);
    const queries: Record<string, Measurement> = {};
    for (const [name, statement] of Object.entries(candidate.queries(subject))) {
      queries[name] = await measure(app, subject.tenant, statement, Number(options.budgetMs));
    }
    log(`${candidate.name}: writes`);
    const writes = await measureWrites(cluster, owner, subject.tenant, candidate.schema, { singles: 200, batches: 5 });
    results[candidate.schema] = { name: candidate.name, fillSeconds: seconds, sizes, queries, writes };
    await writeFile(options.results, `${JSON.stringify(results, null, 2)}\n`);
  }

  async function fill(candidate: Candidate): Promise<number> {
    const seconds = await runFile(owner, candidate.schema, size);
    await settle(owner, candidate.schema);
    return seconds;
  }
  console.log(report(results));
  await Promise.all([owner.end(), app.end()]);
} finally {
  await cluster.stop();
  if (!options.keep) {
    await rm(directory, { recursive: true, force: true });
  }
}
