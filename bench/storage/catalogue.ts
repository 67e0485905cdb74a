import type pg from 'pg';
import { asTenant, round } from './measure.ts';
import { type Cluster, connect } from './cluster.ts';
import { resourceTypes } from './product.ts';

const TABLES: Readonly<Record<string, string>> = {
  resource: `version int not null, key bigint not null, target bigint not null, last_updated timestamptz(3) not null,
    id text collate "C" not null, method text collate "C" not null, body text,
    primary key (tenant_id, id), unique (tenant_id, key)`,
  history: `version int not null, key bigint not null, last_updated timestamptz(3) not null,
    id text collate "C" not null, method text collate "C" not null, body text, primary key (tenant_id, id, version)`,
  token: `parameter int not null, code bigint not null, key bigint not null, system int not null,
    primary key (tenant_id, parameter, code, key, system)`,
  string: `parameter int not null, key bigint not null, exact bigint not null, value text collate "C" not null,
    primary key (tenant_id, parameter, value, key, exact)`,
  reference: `parameter int not null, target bigint not null, key bigint not null,
    primary key (tenant_id, parameter, target, key)`,
  date: `parameter int not null, low bigint not null, high bigint not null, key bigint not null,
    primary key (tenant_id, parameter, low, high, key), unique (tenant_id, parameter, high, low, key)`,
  number: `parameter int not null, value float8 not null, key bigint not null,
    primary key (tenant_id, parameter, value, key)`,
};

export interface CatalogueCost {
  readonly tables: number;
  readonly relations: number;
  readonly createSeconds: number;
  readonly emptyDatabaseMb: number;
  /** As a test file does for its own database. */
  readonly cloneMs: number;
  /** Memory of a connection after one search by token in each of 20 types, prepared as the reads of the product are. */
  readonly backendMbAfter20Types: number;
  /** Planning the first search of each type on a fresh connection, and the second. */
  readonly firstPlanMs: number;
  readonly laterPlanMs: number;
}

/** C2 beside C1: the seven tables once, and once a resource type, in databases of their own and without rows. */
export async function compareCatalogues(cluster: Cluster): Promise<{ shared: CatalogueCost; perType: CatalogueCost }> {
  return {
    shared: await catalogueCost(cluster, 'bench_shared', ['all']),
    perType: await catalogueCost(
      cluster,
      'bench_per_type',
      resourceTypes.map((type) => type.toLowerCase()),
    ),
  };
}

async function catalogueCost(cluster: Cluster, name: string, prefixes: readonly string[]): Promise<CatalogueCost> {
  const admin = await connect(cluster.url('owner'));
  await admin.query(`drop database if exists ${name}`);
  await admin.query(`create database ${name} template template0`);
  const owner = await connect(inDatabase(cluster.url('owner'), name));
  const start = performance.now();
  await owner.query('begin; create schema s; grant usage on schema s to bench_app');
  await owner.query(`create function s.current_tenant() returns int language sql stable parallel safe
    return nullif(current_setting('app.tenant_id', true), '')::int`);
  for (const prefix of prefixes) {
    await owner.query(
      Object.entries(TABLES)
        .map(([table, columns]) => tableText(`s.${prefix}_${table}`, columns))
        .join(';'),
    );
  }
  await owner.query('commit');
  const createSeconds = (performance.now() - start) / 1000;
  await owner.query('analyze');
  const { rows } = await owner.query<{ mb: number; relations: number; tables: number }>(
    `select pg_database_size(current_database()) / 1e6::float8 as mb, count(*)::int as relations,
       (count(*) filter (where relkind = 'r'))::int as tables from pg_class where relnamespace = 's'::regnamespace`,
  );
  await owner.end();
  const clones: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const before = performance.now();
    await admin.query(`create database ${name}_clone template ${name}`);
    clones.push(performance.now() - before);
    await admin.query(`drop database ${name}_clone`);
  }
  await admin.query('grant pg_read_all_stats to bench_app');
  const backend = await touchTypes(cluster, name, prefixes);
  await admin.query(`drop database ${name}`);
  await admin.end();
  return {
    tables: rows[0]!.tables,
    relations: rows[0]!.relations,
    createSeconds: round(createSeconds),
    emptyDatabaseMb: round(rows[0]!.mb),
    cloneMs: round(Math.min(...clones)),
    ...backend,
  };
}

function inDatabase(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

function tableText(table: string, columns: string): string {
  return `create table ${table} (tenant_id int not null, ${columns});
    alter table ${table} enable row level security; alter table ${table} force row level security;
    create policy tenant_isolation on ${table} using (tenant_id = s.current_tenant()) with check (tenant_id = s.current_tenant());
    grant select, insert, update, delete on ${table} to bench_app`;
}

async function touchTypes(
  cluster: Cluster,
  database: string,
  prefixes: readonly string[],
): Promise<Pick<CatalogueCost, 'backendMbAfter20Types' | 'firstPlanMs' | 'laterPlanMs'>> {
  const app = await connect(inDatabase(cluster.url('app'), database));
  const plans: number[][] = [[], []];
  await asTenant(app, 1, async () => {
    for (let type = 0; type < 20; type += 1) {
      const prefix = prefixes[(type * 7) % prefixes.length]!;
      const text = `select r.body from (
          select distinct d.key from s.${prefix}_token d where d.parameter = $1 and d.code = $2
          and exists (select from s.${prefix}_reference e where e.parameter = $3 and e.target = $4 and e.key = d.key)
          and exists (select from s.${prefix}_date e where e.parameter = $5 and e.low >= $6 and e.key = d.key)
          order by d.key desc limit 21
        ) matched join s.${prefix}_resource r on r.key = matched.key order by r.key desc`;
      for (const times of plans) {
        times.push(await planningMs(app, text, [type, 2, 3, 4, 5, 6]));
      }
      // The plans of single reads and writes are kept on every connection.
      for (const table of ['resource', 'history']) {
        const kept = `select body from s.${prefix}_${table} where id = $1`;
        await app.query({ name: `kept ${type} ${table}`, text: kept, values: ['x'] });
      }
    }
  });
  const { rows } = await app.query<{ mb: number }>(
    'select sum(total_bytes) / 1e6::float8 as mb from pg_backend_memory_contexts',
  );
  await app.end();
  const median = (times: number[]): number => round(times.toSorted((a, b) => a - b)[times.length >> 1]!);
  return { backendMbAfter20Types: round(rows[0]!.mb), firstPlanMs: median(plans[0]!), laterPlanMs: median(plans[1]!) };
}

async function planningMs(client: pg.Client, text: string, values: readonly unknown[]): Promise<number> {
  const result = await client.query<{ 'QUERY PLAN': [{ 'Planning Time': number }] }>(
    `explain (summary, format json) ${text}`,
    [...values],
  );
  return result.rows[0]!['QUERY PLAN'][0]['Planning Time'];
}
