import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresBinaries } from './binaries.js';
import { openForChild, requireMajorVersion } from './data-directory.js';
import { LocalPostgresError } from './local-postgres-error.js';
import { findPostmaster, isServing } from './postmaster-file.js';
import type { ProcessIdentity } from './process-identity.js';

export interface StartServerOptions {
  readonly binaries: PostgresBinaries;
  readonly identity: ProcessIdentity;
  readonly directory: string;
  readonly port: number;
  /** Gets what the server writes; appended to. */
  readonly logFile: string;
  /** Settings as in postgresql.conf. */
  readonly settings: Readonly<Record<string, string | number>>;
  /** How long recovery after a crash may take. */
  readonly timeoutMs?: number;
}

/** A PostgreSQL server on this machine, reached at 127.0.0.1. */
export interface LocalServer {
  readonly pid: number;
  readonly port: number;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

const POLL_MS = 10;

/**
 * Starts PostgreSQL on `directory` and waits until it takes connections. The server is a process group of its own, so
 * that Ctrl-C in a terminal does not reach it before those that use it are done; it ends by `stopServer`.
 *
 * @throws {LocalPostgresError} if the data are of another version or the server does not come up.
 */
export async function startServer(options: StartServerOptions): Promise<LocalServer> {
  await requireMajorVersion(options.directory, options.binaries.major);
  const [handle, log] = await Promise.all([
    openForChild(options.directory, options.identity, 3),
    open(options.logFile, 'a', 0o600),
  ]);
  const logStart = (await log.stat()).size;
  let child: ChildProcess;
  let ended: Promise<void>;
  try {
    child = spawn(options.binaries.postgres, serverArguments(options, handle.argument), {
      ...options.identity,
      cwd: '/',
      detached: true,
      env: { LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', log.fd, log.fd, ...handle.stdio],
    });
    child.unref();
    ended = new Promise((resolve) => child.once('exit', () => resolve()));
    await untilReady(child, options, logStart);
  } finally {
    await Promise.all([handle.close(), log.close()]);
  }
  return { pid: child.pid as number, port: options.port, ended };
}

function serverArguments(options: StartServerOptions, directory: string): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...options.settings,
  };
  return [
    '-D',
    directory,
    '-p',
    String(options.port),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

async function untilReady(child: ChildProcess, options: StartServerOptions, logStart: number): Promise<void> {
  const deadline = performance.now() + (options.timeoutMs ?? 120_000);
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended = `it ended with ${signal ?? `code ${code}`}`));
  while (performance.now() < deadline) {
    if (ended !== undefined) {
      throw new LocalPostgresError(await explain(options, logStart, ended));
    }
    const postmaster = await findPostmaster(options.directory);
    if (postmaster?.pid === child.pid && postmaster?.ready === true) {
      return;
    }
    await delay(POLL_MS);
  }
  child.kill('SIGINT');
  throw new LocalPostgresError(
    `PostgreSQL did not get ready in time: see ${options.logFile}; after a crash of the machine it may need longer.`,
  );
}

async function explain(options: StartServerOptions, logStart: number, ended: string): Promise<string> {
  const log = (await readFile(options.logFile)).subarray(logStart).toString();
  if (log.includes('No space left on device')) {
    return `PostgreSQL has no space left for ${options.directory}: free some, or set HEALTHCARE_DATA_DIR to another disk.`;
  }
  const fatal = log
    .split('\n')
    .findLast((line) => /FATAL|PANIC/.test(line))
    ?.replace(/^.*?(FATAL|PANIC):\s*/, '');
  return `PostgreSQL did not start (${fatal ?? ended}): see ${options.logFile}.`;
}

export interface StopOptions {
  /** Sent one after the other, each when the one before had no effect in `timeoutMs`. */
  readonly signals?: readonly NodeJS.Signals[];
  readonly timeoutMs?: number;
}

/**
 * Stops the server on `directory`, if one runs. By default running transactions are rolled back and connections closed
 * (SIGINT); should that not help it quits at once (SIGQUIT) and recovers from its log at the next start.
 */
export async function stopServer(directory: string, options: StopOptions = {}): Promise<void> {
  for (const signal of options.signals ?? (['SIGINT', 'SIGQUIT', 'SIGKILL'] as const)) {
    const postmaster = await findPostmaster(directory);
    if (postmaster === undefined) {
      return;
    }
    try {
      process.kill(postmaster.pid, signal);
    } catch {
      return;
    }
    const deadline = performance.now() + (options.timeoutMs ?? 10_000);
    while (performance.now() < deadline && (await isServing(postmaster.pid, directory))) {
      await delay(POLL_MS);
    }
  }
}
