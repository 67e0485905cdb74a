import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processStart } from './process-start.js';
import { StartupError } from './startup-error.js';

/** The right to be the only product on a data directory. */
export interface InstanceLock {
  /** A run before this one did not end in order: processes of it may still be on their way out. */
  readonly tookOver: boolean;
  release(): Promise<void>;
}

const SETTLE_MS = 50;

interface Holder {
  readonly pid: number;
  readonly start: string;
}

/**
 * Takes the lock of a data directory; that of a process that is gone is taken over.
 *
 * The file appears complete (it is linked into place), and names the process by id and start time, since ids are used
 * again: after a restart of the machine some other program has it.
 *
 * @throws {StartupError} if a live process holds it.
 */
export async function acquireInstanceLock(directory: string): Promise<InstanceLock> {
  const path = join(directory, 'standalone.lock');
  const own = JSON.stringify({ pid: process.pid, start: await processStart(process.pid) });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, own, { mode: 0o600 });
  let tookOver = false;
  try {
    while (!(await appears(draft, path))) {
      const found = await readFile(path, 'utf8').catch(() => undefined);
      const holder = found === undefined ? undefined : parse(found);
      if (holder !== undefined && (await processStart(holder.pid)) === holder.start) {
        throw new StartupError(
          `The Healthcare Backend runs already on ${directory} (process ${holder.pid}): stop that one, or set ` +
            'HEALTHCARE_DATA_DIR, PORT and WORKER_PORT to start another beside it.',
        );
      }
      tookOver = true;
      await removeStale(path, found);
    }
    if (tookOver) {
      await requireStillOurs(path, own, directory);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return { tookOver, release: () => rm(path, { force: true }) };
}

/** Of two processes that take over the same lock at the same moment, one may have moved the other's lock aside. */
async function requireStillOurs(path: string, own: string, directory: string): Promise<void> {
  await delay(SETTLE_MS);
  if ((await readFile(path, 'utf8').catch(() => '')) !== own) {
    throw new StartupError(
      `Another start on ${directory} was faster by a moment: use that one, or stop it and start again.`,
    );
  }
}

async function appears(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

/** Removes the lock that was read, and not one that another process has put there since. */
async function removeStale(path: string, content: string | undefined): Promise<void> {
  const aside = `${path}.stale.${process.pid}`;
  await rename(path, aside).catch(() => {});
  if ((await readFile(aside, 'utf8').catch(() => content)) !== content) {
    await link(aside, path).catch(() => {});
  }
  await rm(aside, { force: true });
}

function parse(text: string): Holder | undefined {
  try {
    const { pid, start } = JSON.parse(text) as Partial<Holder>;
    return Number.isInteger(pid) && typeof start === 'string' ? { pid: pid as number, start } : undefined;
  } catch {
    return undefined;
  }
}
