import {
  findPostmaster,
  freePort,
  initCluster,
  isInitialised,
  locateBinaries,
  type PostgresBinaries,
  processIdentity,
  type ProcessIdentity,
  requireMajorVersion,
  startServer,
  stopServer,
} from '@healthcare/local-postgres';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireSpace } from './data-directory.js';
import type { RunningDatabase } from './database-urls.js';
import { ensureLogins, ensureOwner } from './database-logins.js';
import { tryListening } from './ports.js';
import type { Secrets } from './secrets.js';

/** For a laptop or a small server that runs the product beside other programs. */
const SETTINGS = {
  // API 10, worker 10 and its queue, an operator's psql; a connection costs some MB only when it is used.
  max_connections: 60,
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  random_page_cost: 1.1,
  // Our statements are short: compiling one takes longer than running it.
  jit: 'off',
  // A search over what was just loaded is planned blindly until statistics are there: it takes ten times as long.
  autovacuum_naptime: '10s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Statements and details quote values of patients; they stay out of the log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: 0,
  log_parameter_max_length_on_error: 0,
  log_checkpoints: 'off',
};

const DATABASE = 'healthcare';

export interface EmbeddedDatabaseOptions {
  readonly dataDirectory: string;
  readonly secrets: Secrets;
  readonly log: (line: string) => void;
}

/** Where the cluster lies in the data directory. */
function clusterDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'postgres');
}

/** Whether the directory holds a database of an earlier start. */
export async function hasEmbeddedDatabase(dataDirectory: string): Promise<boolean> {
  // PG_VERSION comes first and pg_control last: either tells that something was here.
  const directory = clusterDirectory(dataDirectory);
  return existsSync(join(directory, 'PG_VERSION')) || (await isInitialised(directory));
}

/**
 * Starts the embedded PostgreSQL, setting it up on the first start. A server that a killed run left behind is stopped
 * first: it may run with other settings, and transactions in it that nobody waits for any more.
 *
 * @throws {LocalPostgresError} or {StartupError} with what to do.
 */
export async function startEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<RunningDatabase> {
  const { dataDirectory, secrets, log } = options;
  const directory = clusterDirectory(dataDirectory);
  const identity = processIdentity();
  const binaries = await locateBinaries(identity);
  const isFirstStart = !(await hasEmbeddedDatabase(dataDirectory));
  if (!isFirstStart) {
    await requireMajorVersion(directory, binaries.major);
  }
  await stopOrphan(directory, log);
  await requireSpace(dataDirectory, isFirstStart);
  if (isFirstStart) {
    log(`Setting up PostgreSQL ${binaries.major} in ${directory}`);
    await initCluster({ binaries, identity, directory, password: secrets.superuserPassword });
  }
  const port = await startWithPort(binaries, identity, dataDirectory);
  const url = (login: string, password: string): string =>
    `postgres://${login}:${password}@127.0.0.1:${port.port}/${DATABASE}`;
  const superuserUrl = (database: string): string =>
    `postgres://postgres:${secrets.superuserPassword}@127.0.0.1:${port.port}/${database}`;
  try {
    await ensureOwner(superuserUrl('postgres'), DATABASE, secrets.ownerPassword);
  } catch (error) {
    await stopServer(directory);
    throw error;
  }
  const urls = {
    owner: url('healthcare_owner', secrets.ownerPassword),
    app: url('healthcare_app_login', secrets.appPassword),
    queue: url('healthcare_queue_login', secrets.queuePassword),
  };
  return {
    urls,
    description: `PostgreSQL ${binaries.major} at 127.0.0.1:${port.port}, data in ${directory}`,
    ended: port.ended,
    grantLogins: async () => {
      await ensureLogins(superuserUrl(DATABASE), [
        { login: 'healthcare_app_login', group: 'healthcare_app', password: secrets.appPassword },
        { login: 'healthcare_queue_login', group: 'healthcare_queue', password: secrets.queuePassword },
      ]);
      return urls;
    },
    stop: () => stopServer(directory),
    kill: () => stopServer(directory, { signals: ['SIGQUIT', 'SIGKILL'], timeoutMs: 2_000 }),
  };
}

async function stopOrphan(directory: string, log: (line: string) => void): Promise<void> {
  const orphan = await findPostmaster(directory);
  if (orphan !== undefined) {
    log(`Stopping PostgreSQL of an earlier run (process ${orphan.pid})`);
    await stopServer(directory);
  }
}

/** Starts on the port of the last time, so that an operator's connections stay valid; on another if it is taken. */
async function startWithPort(
  binaries: PostgresBinaries,
  identity: ProcessIdentity,
  dataDirectory: string,
): Promise<{ readonly port: number; readonly ended: Promise<void> }> {
  const portFile = join(dataDirectory, 'postgres.port');
  const kept = Number(await readFile(portFile, 'utf8').catch(() => ''));
  const port =
    kept > 0 && (await tryListening({ host: '127.0.0.1', port: kept })) === undefined ? kept : await freePort();
  if (port !== kept) {
    await writeFile(portFile, `${port}\n`);
  }
  const server = await startServer({
    binaries,
    identity,
    directory: clusterDirectory(dataDirectory),
    port,
    logFile: join(dataDirectory, 'postgres.log'),
    settings: SETTINGS,
  });
  return { port, ended: server.ended };
}
