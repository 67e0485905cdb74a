import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { connect, type Cluster } from './cluster.ts';
import { round } from './measure.ts';

const CONNECTIONS = 16;

export interface Throughput {
  readonly perSecond: number;
  /** CPU seconds of the server's connections and of this process for 1,000 operations. */
  readonly serverCpuPer1000: number;
  readonly driverCpuPer1000: number;
}

/** Runs `operation` on 16 connections at once. */
export async function throughput(
  url: string,
  options: pg.ClientConfig,
  budgetMs: number,
  operation: (client: pg.Client) => Promise<unknown>,
): Promise<Throughput> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(url, options)));
  const pids = await Promise.all(
    clients.map(async (client) => (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid),
  );
  await Promise.all(clients.map(operation));
  const serverBefore = await cpuSeconds(pids);
  const driverBefore = process.cpuUsage();
  const start = performance.now();
  let done = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() - start < budgetMs) {
        await operation(client);
        done += 1;
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const driver = process.cpuUsage(driverBefore);
  const server = (await cpuSeconds(pids)) - serverBefore;
  await Promise.all(clients.map((client) => client.end()));
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
const READ = 'select r.id, r.version, r.body from shared.resource r where r.type = $1 and r.id = $2';

/** Ways to read one resource by id under row-level security, beside the same row read without it. */
export async function compareRoundTrips(
  cluster: Cluster,
  owner: pg.Client,
  tenant: number,
  budgetMs: number,
): Promise<Record<string, Throughput>> {
  await owner.query(`create or replace function shared.read_resource(tenant text, resource_type text, resource_id text)
    returns table (id text, version int, body text) language plpgsql volatile as $$
    begin
      perform set_config('app.tenant_id', tenant, true);
      return query select r.id, r.version, r.body from shared.resource r
        where r.type = resource_type collate "C" and r.id = resource_id collate "C";
    end $$;
    grant execute on function shared.read_resource to bench_app`);
  const { rows } = await owner.query<{ id: string }>(
    "select id from shared.resource where tenant_id = $1 and type = 'Observation' order by key limit 1000",
    [tenant],
  );
  const id = (): string => rows[Math.floor(Math.random() * rows.length)]!.id;
  const bind = { ...BIND, values: [String(tenant)] };
  const read = () => ({ name: 'read', text: READ, values: ['Observation', id()] });
  return {
    'reference: by primary key, owner, no row-level security': await throughput(cluster.url('owner'), {}, budgetMs, (client) =>
      client.query({ name: 'plain', text: `${READ} and r.tenant_id = $3`, values: ['Observation', id(), tenant] }),
    ),
    'begin, bind, read, commit: four round trips': await throughput(cluster.url('app'), {}, budgetMs, async (client) => {
      await client.query('begin');
      await client.query(bind);
      await client.query(read());
      await client.query('commit');
    }),
    'begin, bind, read, commit: one flight (pipeline)': await throughput(
      cluster.url('app'),
      { pipeline: true } as pg.ClientConfig,
      budgetMs,
      (client) => Promise.all([client.query('begin'), client.query(bind), client.query(read()), client.query('commit')]),
    ),
    'one plpgsql function': await throughput(cluster.url('app'), {}, budgetMs, (client) =>
      client.query({
        name: 'function',
        text: 'select * from shared.read_resource($1, $2, $3)',
        values: [String(tenant), 'Observation', id()],
      }),
    ),
  };
}
