import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Cluster } from './cluster.ts';
import { round } from './measure.ts';
import { Database, ResourceKeys, type StoredVersion } from './product.ts';
import { walPosition } from './reference.ts';
import { builtWriter, jsonWriter, sideWriter, tokensWriter, type Writer } from './writers.ts';

const BATCH = 300;

export interface WriteCost {
  readonly medianMs: number;
  readonly minMs: number;
  /** Bytes of write-ahead log a resource, without images of whole pages. */
  readonly walBytes: number;
}

export interface WriteCosts {
  readonly insert: WriteCost;
  readonly updateOfOneEntry: WriteCost;
  /** Times are those of the whole transaction of 300. */
  readonly batchOf300: WriteCost;
  /** Bytes of log a version that GIN puts off until its pending list is merged. */
  readonly deferredWalBytes: number;
}

/** What it costs to store Observations in one tenant, each figure over transactions one after the other. */
export async function measureWrites(
  cluster: Cluster,
  owner: pg.Client,
  tenant: number,
  schema: string,
  rounds: { readonly singles: number; readonly batches: number },
): Promise<WriteCosts> {
  await prepare(owner, schema);
  const database = new Database({
    url: cluster.url('app'),
    poolSize: 1,
    connectTimeoutMs: 10_000,
    statementTimeoutMs: 60_000,
  });
  const writers: Readonly<Record<string, Writer>> = {
    fhir: builtWriter(database),
    side: sideWriter,
    tokens: tokensWriter,
    json: jsonWriter,
  };
  const writer = writers[schema]!;
  const versions = await newVersions(owner, tenant, rounds.singles + BATCH * rounds.batches);
  const singles = versions.slice(0, rounds.singles).map((version) => [version]);
  const batches = Array.from({ length: rounds.batches }, (_, index) =>
    versions.slice(rounds.singles + index * BATCH, rounds.singles + (index + 1) * BATCH),
  );
  const insert = (group: readonly StoredVersion[]): Promise<void> =>
    database.withTenant(tenant, (tx) => writer.insert(tx, group));
  const update = (group: readonly StoredVersion[]): Promise<void> =>
    database.withTenant(tenant, (tx) => writer.update(tx, amended(group[0]!)));
  try {
    // One for the plans and the pages.
    await insert(await newVersions(owner, tenant, 1));
    const insertCost = await costOf(owner, singles, insert);
    const updateCost = await costOf(owner, singles, update);
    const batchCost = await costOf(owner, batches, insert);
    const deferred = await mergePendingLists(owner, schema);
    const written = 2 * rounds.singles + BATCH * rounds.batches;
    return {
      insert: insertCost,
      updateOfOneEntry: updateCost,
      batchOf300: batchCost,
      deferredWalBytes: Math.round(deferred / written),
    };
  } finally {
    await database.close();
  }
}

async function costOf(
  owner: pg.Client,
  groups: readonly (readonly StoredVersion[])[],
  write: (group: readonly StoredVersion[]) => Promise<void>,
): Promise<WriteCost> {
  const times: number[] = [];
  const before = await walPosition(owner);
  for (const group of groups) {
    const start = performance.now();
    await write(group);
    times.push(performance.now() - start);
  }
  const bytes = (await walPosition(owner)) - before;
  times.sort((a, b) => a - b);
  return {
    medianMs: round(times[times.length >> 1]!),
    minMs: round(times[0]!),
    walBytes: Math.round(bytes / groups.flat().length),
  };
}

/** A history for those that were filled without, and a log without images of pages, whose number is chance. */
async function prepare(owner: pg.Client, schema: string): Promise<void> {
  await owner.query('alter system set full_page_writes = off');
  await owner.query('select pg_reload_conf()');
  // A checkpoint in the middle would log pages whole all the same.
  await owner.query('checkpoint');
  if (schema !== 'fhir') {
    await owner.query(`create table if not exists ${schema}.resource_history
      (like ${schema}.resource, primary key (tenant_id, type, id, version))`);
    await owner.query(`grant select, insert on ${schema}.resource_history to bench_app`);
  }
}

async function mergePendingLists(owner: pg.Client, schema: string): Promise<number> {
  const before = await walPosition(owner);
  await owner.query(
    `select gin_clean_pending_list(c.oid) from pg_class c join pg_am a on a.oid = c.relam
     where a.amname = 'gin' and c.relnamespace = $1::regnamespace`,
    [schema],
  );
  return (await walPosition(owner)) - before;
}

/** Observations as the sample has them, under ids of their own. */
async function newVersions(owner: pg.Client, tenant: number, count: number): Promise<StoredVersion[]> {
  const { rows } = await owner.query<{ id: string; body: string; identifier: string }>(
    'select id, body, identifier from sample.observation where tenant_id = $1 order by md5(id) limit $2',
    [tenant, count],
  );
  const keys = new ResourceKeys();
  return Array.from({ length: count }, (_, index) => {
    const row = rows[index % rows.length]!;
    const id = randomUUID();
    const body = row.body.replace(row.id, id).replace(`"${row.identifier}"`, `"LAB-${id}"`);
    return { type: 'Observation', id, key: keys.next(), version: 1, lastUpdated: new Date(), method: 'POST', body };
  });
}

/** The next version: another status, nothing else that is searched by. */
function amended(version: StoredVersion): StoredVersion {
  const body = version.body!.replace(/"status":"\w+"/, '"status":"corrected"');
  return { ...version, version: 2, lastUpdated: new Date(), method: 'PUT', body };
}
