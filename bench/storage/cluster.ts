import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  freePort,
  initCluster,
  locateBinaries,
  processIdentity,
  startServer,
  stopServer,
} from '@healthcare/local-postgres';
import pg from 'pg';

/** As on a small server: durable, statistics and planner as delivered but for the price of a random page on flash. */
const SETTINGS = {
  shared_buffers: '1GB',
  effective_cache_size: '4GB',
  maintenance_work_mem: '512MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  random_page_cost: 1.1,
  max_connections: 120,
  max_locks_per_transaction: 256,
  jit: 'off',
  timezone: 'UTC',
};

/** A PostgreSQL of our own: `owner` makes the tables and passes by row-level security, `app` does not. */
export interface Cluster {
  readonly url: (login: 'owner' | 'app') => string;
  readonly stop: () => Promise<void>;
}

export async function startCluster(directory: string): Promise<Cluster> {
  await mkdir(directory, { recursive: true });
  // The server's account must pass through to its data.
  await chmod(directory, 0o755);
  const identity = processIdentity();
  const binaries = await locateBinaries(identity);
  const data = join(directory, 'postgres');
  const passwordFile = join(directory, 'password');
  await stopServer(data);
  if (!existsSync(data)) {
    const password = randomBytes(16).toString('hex');
    await writeFile(passwordFile, password, { mode: 0o600 });
    await initCluster({ binaries, identity, directory: data, password });
  }
  const password = await readFile(passwordFile, 'utf8');
  const port = await freePort();
  await startServer({
    binaries,
    identity,
    directory: data,
    port,
    logFile: join(directory, 'postgres.log'),
    settings: SETTINGS,
  });
  const url = (login: 'owner' | 'app'): string =>
    `postgres://${login === 'owner' ? 'postgres' : 'bench_app'}:${password}@127.0.0.1:${port}/postgres`;
  const owner = await connect(url('owner'));
  const roles = await owner.query("select from pg_roles where rolname = 'bench_app'");
  if (roles.rowCount === 0) {
    await owner.query(`create role bench_app login nosuperuser nobypassrls password '${password}'`);
  }
  await owner.end();
  return { url, stop: () => stopServer(data) };
}

export async function connect(url: string, options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, ...options });
  // A failure stops the server under its connections: the failure is what counts.
  client.on('error', () => {});
  await client.connect();
  return client;
}
