import { freePort } from '@healthcare/local-postgres';
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The product as `npm start` runs it, on a data directory and ports of its own. */
export interface StandaloneProcess {
  readonly pid: number;
  readonly origin: string;
  readonly workerOrigin: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What it has written to its terminal so far. */
  output(): string;
  /** Resolves when it says that it is ready; rejects with its output when it ends before. */
  ready(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  ended(): Promise<number | string>;
}

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const READY = /is ready after/;

export async function startStandalone(
  dataDirectory: string,
  overrides: Readonly<Record<string, string>> = {},
): Promise<StandaloneProcess> {
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HEALTHCARE_DATA_DIR: dataDirectory,
    PORT: String(await freePort()),
    WORKER_PORT: String(await freePort()),
    LOG_LEVEL: 'warn',
    ...overrides,
  };
  const child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = ended(child);
  return {
    pid: child.pid as number,
    origin: `http://127.0.0.1:${environment.PORT}`,
    workerOrigin: `http://127.0.0.1:${environment.WORKER_PORT}`,
    environment,
    output: () => output,
    ready: async () => {
      while (!READY.test(output)) {
        const code = await Promise.race([exit, delay(20, undefined)]);
        if (code !== undefined) {
          throw new Error(`It ended with ${code}:\n${output}`);
        }
      }
    },
    signal: (name) => void child.kill(name),
    ended: () => exit,
  };
}

function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code ?? 'unknown')));
}

/** Live processes that belong to a data directory, by their environment or where they work (Linux). */
export async function processesOf(
  dataDirectory: string,
): Promise<{ readonly pid: number; readonly program: string }[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [environment, cwd, command] = await Promise.all([
        readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''),
        readlink(`/proc/${pid}/cwd`).catch(() => ''),
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      ]);
      const belongs =
        environment.split('\0').includes(`HEALTHCARE_DATA_DIR=${dataDirectory}`) || cwd.startsWith(`${dataDirectory}/`);
      return belongs ? [{ pid, program: command.replaceAll('\0', ' ').trim() }] : [];
    }),
  );
  return found.flat();
}
