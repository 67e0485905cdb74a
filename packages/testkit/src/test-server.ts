import { execFile, spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  freePort,
  initCluster,
  locateBinaries,
  type PostgresBinaries,
  processIdentity,
  type ProcessIdentity,
  startServer,
  stopServer,
} from '@healthcare/local-postgres';
import { withClient } from './with-client.js';

/** A PostgreSQL server for tests. */
export interface TestServer {
  /** Login that may make databases and roles and is no superuser: row-level security holds for it as for an owner. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Nothing here is worth keeping: a crash loses a test run. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  max_connections: 200,
  autovacuum: 'off',
  jit: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  log_min_messages: 'fatal',
};

/** The server listens on the loopback interface of one machine for the time of a test run. */
const PASSWORD = 'test';

/**
 * Starts PostgreSQL in a directory of its own below the system's temporary directory. The server ends with this
 * process, also if that is killed.
 */
export async function startTestServer(): Promise<TestServer> {
  const identity = processIdentity();
  const binaries = await locateBinaries(identity);
  const root = await mkdtemp(join(tmpdir(), 'healthcare-test-'));
  const directory = join(root, 'data');
  await copyCluster(await cachedCluster(binaries, identity), directory);
  const server = await startServer({
    binaries,
    identity,
    directory,
    port: await freePort(),
    logFile: join(root, 'postgres.log'),
    settings: SETTINGS,
  });
  const dismissGuard = guard(server.pid, root);
  await withClient(`postgres://postgres:${PASSWORD}@127.0.0.1:${server.port}/postgres`, (client) =>
    client.query(`create role owner login createdb createrole password '${PASSWORD}'`),
  );
  return {
    url: `postgres://owner:${PASSWORD}@127.0.0.1:${server.port}/postgres`,
    stop: async () => {
      await stopServer(directory);
      dismissGuard();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** A cluster as initdb makes it, kept between runs: copying it takes a tenth of the time that initdb takes. */
async function cachedCluster(binaries: PostgresBinaries, identity: ProcessIdentity): Promise<string> {
  const cache = join(tmpdir(), `healthcare-testkit-${userInfo().uid}`, `postgresql-${binaries.version}`);
  const complete = await access(join(cache, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
  if (!complete) {
    const own = `${cache}.${process.pid}`;
    await mkdir(join(cache, '..'), { recursive: true, mode: 0o700 });
    await initCluster({ binaries, identity, directory: own, password: PASSWORD, sync: false });
    // Of two runs that make it at the same time, the second finds it made.
    await rename(own, cache).catch(() => rm(own, { recursive: true, force: true }));
  }
  return cache;
}

async function copyCluster(from: string, to: string): Promise<void> {
  // `cp` and not node:fs: it keeps the owner, and PostgreSQL accepts no directory of another account.
  await promisify(execFile)('cp', ['-a', from, to]);
}

/**
 * Leaves a shell behind that ends the server when this process has gone without ending it: the pipe between them
 * closes, whatever this process died of.
 */
function guard(serverPid: number, root: string): () => void {
  const script = 'read -r word; if [ "$word" != done ]; then kill -QUIT "$1"; sleep 1; rm -rf "$2"; fi';
  const shell = spawn('sh', ['-c', script, 'sh', String(serverPid), root], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  shell.stdin.on('error', () => {});
  return () => shell.stdin.end('done\n');
}
