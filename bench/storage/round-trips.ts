import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { type Cluster, connect } from './cluster.ts';
import { round } from './measure.ts';
import { Database, ResourceReader } from './product.ts';
import type { Subject } from './queries.ts';

const CONNECTIONS = 16;

export interface Throughput {
  readonly perSecond: number;
  /** CPU seconds for 1,000 operations: all connections of the server, and this process. */
  readonly serverCpuPer1000: number;
  readonly driverCpuPer1000: number;
}

/** One way to read, on 16 connections; `pids` are the server's processes behind them. */
interface Contestant {
  readonly read: (connection: number) => Promise<unknown>;
  readonly pids: readonly number[];
  readonly close: () => Promise<unknown>;
}

async function contestant(
  url: string,
  options: pg.ClientConfig,
  read: (client: pg.Client) => Promise<unknown>,
): Promise<Contestant> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(url, options)));
  const pids = await Promise.all(
    clients.map(async (client) => (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid),
  );
  return {
    read: (connection) => read(clients[connection]!),
    pids,
    close: () => Promise.all(clients.map((client) => client.end())),
  };
}

async function throughput({ read, pids }: Contestant, budgetMs: number): Promise<Throughput> {
  const serverBefore = await cpuSeconds(pids);
  const driverBefore = process.cpuUsage();
  const start = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async (_, connection) => {
      while (performance.now() - start < budgetMs) {
        await read(connection);
        done += 1;
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const driver = process.cpuUsage(driverBefore);
  const server = (await cpuSeconds(pids)) - serverBefore;
  return {
    perSecond: Math.round(done / seconds),
    serverCpuPer1000: round((server / done) * 1000),
    driverCpuPer1000: round(((driver.user + driver.system) / 1e6 / done) * 1000),
  };
}

/** From /proc, where there is one; NaN elsewhere. */
async function cpuSeconds(pids: readonly number[]): Promise<number> {
  const ticks = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(fields[11]) + Number(fields[12]);
    }),
  );
  return ticks.reduce((sum, value) => sum + value, 0) / 100;
}

const BIND = { name: 'bind', text: "select set_config('app.tenant_id', $1, true)" };
const READ = 'select r.id, r.version, r.body from fhir.resource r where r.type = $1 and r.id = $2';

/**
 * Ways to read one resource by id under row-level security, beside the same row read without it. In rounds that take
 * turns, since the machine may not be ours alone; the median round by rate counts.
 */
export async function compareRoundTrips(
  cluster: Cluster,
  owner: pg.Client,
  subject: Subject,
  budgetMs: number,
): Promise<Record<string, Throughput>> {
  await owner.query(`create or replace function sample.read_resource(tenant text, resource_type text, resource_id text)
    returns table (id text, version int, body text) language plpgsql volatile as $$
    begin
      perform set_config('app.tenant_id', tenant, true);
      return query select r.id, r.version, r.body from fhir.resource r
        where r.type = resource_type collate "C" and r.id = resource_id collate "C";
    end $$;
    grant execute on function sample.read_resource to bench_app`);
  const { rows } = await owner.query<{ id: string }>(
    "select id from fhir.resource where tenant_id = $1 and type = 'Observation' order by key limit 1000",
    [subject.tenant],
  );
  const contestants = await contestantsOf(
    cluster,
    subject.tenant,
    () => rows[Math.floor(Math.random() * rows.length)]!.id,
  );
  const rounds: Record<string, Throughput[]> = {};
  try {
    for (let round = 0; round < 6; round += 1) {
      for (const [name, entry] of Object.entries(contestants)) {
        const result = await throughput(entry, budgetMs);
        // The first warms plans, caches and code.
        rounds[name] = round === 0 ? [] : [...rounds[name]!, result];
      }
    }
  } finally {
    await Promise.all(Object.values(contestants).map(({ close }) => close()));
  }
  return Object.fromEntries(
    Object.entries(rounds).map(([name, all]) => [name, all.toSorted((a, b) => a.perSecond - b.perSecond)[2]!]),
  );
}

async function contestantsOf(cluster: Cluster, tenant: number, id: () => string): Promise<Record<string, Contestant>> {
  const bind = { ...BIND, values: [String(tenant)] };
  const read = () => ({ name: 'read', text: READ, values: ['Observation', id()] });
  return {
    'reference: primary key, no row-level security': await contestant(cluster.url('owner'), {}, (client) =>
      client.query({ name: 'plain', text: `${READ} and r.tenant_id = $3`, values: ['Observation', id(), tenant] }),
    ),
    'four round trips': await contestant(cluster.url('app'), {}, async (client) => {
      await client.query('begin');
      await client.query(bind);
      await client.query(read());
      await client.query('commit');
    }),
    'one flight (pipeline)': await contestant(cluster.url('app'), { pipeline: true }, (client) =>
      Promise.all([client.query('begin'), client.query(bind), client.query(read()), client.query('commit')]),
    ),
    'one function': await contestant(cluster.url('app'), {}, (client) =>
      client.query({
        name: 'function',
        text: 'select * from sample.read_resource($1, $2, $3)',
        values: [String(tenant), 'Observation', id()],
      }),
    ),
    'as built (Database.read)': await builtContestant(cluster, tenant, id),
  };
}

/** The product's own reader: one flight, with the time limit and the request id bound as well. */
async function builtContestant(cluster: Cluster, tenant: number, id: () => string): Promise<Contestant> {
  const database = new Database({
    url: cluster.url('app'),
    poolSize: CONNECTIONS,
    connectTimeoutMs: 10_000,
    statementTimeoutMs: 60_000,
  });
  const reader = new ResourceReader(database);
  const pids = new Set<number>();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const { rows } = await database.pool.query<{ pid: number }>('select pg_backend_pid() as pid, pg_sleep(0.1)');
      pids.add(rows[0]!.pid);
    }),
  );
  return {
    read: () => reader.current(tenant, 'Observation', id()),
    pids: [...pids],
    close: () => database.close(),
  };
}
