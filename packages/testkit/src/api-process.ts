import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server role that runs as a process of its own. */
export interface RoleProcess {
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;

/**
 * Starts `apps/<role>` as it runs in production and waits until its probe says that it serves.
 *
 * @param onLine Called with every line of its log.
 */
export async function startRole(
  role: 'api' | 'worker',
  environment: Readonly<Record<string, string>>,
  readyUrl: string,
  onLine: (line: string) => void,
): Promise<RoleProcess> {
  const main = fileURLToPath(new URL(`../../../apps/${role}/dist/main.js`, import.meta.url));
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', onLine);
  }
  const exited = once(child, 'exit');
  await untilReady(readyUrl, child);
  return {
    child,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) {
      throw new Error(`The process ended with ${child.exitCode} before it was ready.`);
    }
    const isReady = await fetch(url).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (isReady) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`${url} was not ready after ${START_TIMEOUT_MS} ms.`);
}
