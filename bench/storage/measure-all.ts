import { readFile, writeFile } from 'node:fs/promises';
import { built, loadBuilt } from './built.ts';
import { type Candidate, json, side, tokens } from './candidates.ts';
import { compareCatalogues } from './catalogue.ts';
import { type Cluster, connect } from './cluster.ts';
import { runFile, settle, type Size } from './load.ts';
import { compareFreshTenant } from './fresh-tenant.ts';
import { measure, type Measurement } from './measure.ts';
import { measureWrites } from './measure-writes.ts';
import { comparePerType } from './per-type.ts';
import { comparePolicies } from './policies.ts';
import { chooseSubject } from './queries.ts';
import { measureReference } from './reference.ts';
import { compareRoundTrips } from './round-trips.ts';
import { compareShapes } from './shapes.ts';
import { sizesOf } from './sizes.ts';

export interface Options {
  readonly size: Size;
  /** The tables are there from a run before. */
  readonly filled: boolean;
  /** How long a statement is repeated at most. */
  readonly budgetMs: number;
  readonly resultsFile: string;
  readonly log: (line: string) => void;
}

const ROUNDS = { singles: 200, batches: 5 };

export type Results = Record<string, unknown>;

/** Fills and measures every candidate, and writes what is known after each. */
export async function measureAll(cluster: Cluster, options: Options): Promise<Results> {
  const { size, budgetMs, log } = options;
  const owner = await connect(cluster.url('owner'));
  const app = await connect(cluster.url('app'));
  // The product sends searches unprepared: each is planned for its own values.
  await app.query('set plan_cache_mode = force_custom_plan');
  const results: Results = options.filled ? JSON.parse(await readFile(options.resultsFile, 'utf8')) : {};
  Object.assign(results, { measuredAt: new Date().toISOString(), node: process.version, size });
  const keep = async (name: string, result: unknown): Promise<void> => {
    results[name] = result;
    await writeFile(options.resultsFile, `${JSON.stringify(results, null, 2)}\n`);
  };

  if (!options.filled) {
    log(`sample of ${size.resources} Observations in ${size.tenants} tenants`);
    await runFile(owner, 'sample', size);
    await owner.query('grant usage on schema sample to bench_app');
    await owner.query('alter default privileges in schema sample grant execute on functions to bench_app');
  }
  const subject = await chooseSubject(owner);
  for (const candidate of [built, side, tokens, json]) {
    const { name, schema } = candidate;
    const before = results[schema] as { fillSeconds: number; sizes: unknown } | undefined;
    log(`${name}: ${options.filled ? 'queries' : 'filling'}`);
    const fillSeconds = before?.fillSeconds ?? (await fill(candidate));
    const sizes =
      before?.sizes ?? (await sizesOf(owner, schema, size.resources + size.tenants * size.patientsPerTenant));
    await keep(schema, { name, fillSeconds, sizes, queries: await queriesOf(candidate) });
  }
  log('reference, policies, reads by id');
  await keep('reference', await measureReference(owner, subject, budgetMs));
  await keep('policies', await comparePolicies(owner, app, subject, budgetMs));
  await keep('reads', await compareRoundTrips(cluster, owner, subject, 4 * budgetMs));
  log('C1: a clinic that no statistics know');
  await keep('freshTenant', await compareFreshTenant(owner, app, subject, budgetMs));
  log('C2: a table per resource type');
  await keep('perType', {
    catalogue: await compareCatalogues(cluster),
    // By construction the same; copying a million to see it again would tell nothing new.
    ...(size.resources <= 100_000 ? { query: await comparePerType(owner, app, subject, budgetMs) } : {}),
  });
  // Late: they leave their rows behind. There and back, so that none has the advantage of coming later; the second counts.
  for (const { name, schema } of [built, side, tokens, json, json, tokens, side, built]) {
    log(`${name}: writes`);
    const writes = await measureWrites(cluster, owner, subject.tenant, schema, ROUNDS);
    await keep(schema, { ...(results[schema] as object), writes });
  }
  log('C1: other statements, fewer indexes');
  await keep('shapes', await compareShapes(owner, app, subject, budgetMs));
  await Promise.all([owner.end(), app.end()]);
  return results;

  async function queriesOf(candidate: Candidate): Promise<Record<string, Measurement>> {
    const queries: Record<string, Measurement> = {};
    for (const [query, statement] of Object.entries(candidate.queries(subject))) {
      queries[query] = await measure(app, subject.tenant, statement, budgetMs);
    }
    return queries;
  }

  async function fill(candidate: Candidate): Promise<number> {
    if (candidate === built) {
      return loadBuilt(owner, cluster.url('owner'));
    }
    const seconds = await runFile(owner, candidate.schema, size);
    await settle(owner, candidate.schema);
    return seconds;
  }
}
