import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A server that runs on a data directory. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Takes connections. */
  readonly ready: boolean;
}

/**
 * The server that runs on `directory`, from its `postmaster.pid`
 * (lines: pid, directory, start time, port, socket directory, listen address, shared memory key, status).
 *
 * The file outlives a crash and its pid may be another program's by then, so the process is looked at as well.
 */
export async function findPostmaster(directory: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!(Number.isInteger(pid) && pid > 1) || !(await isServing(pid, directory))) {
    return undefined;
  }
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** Whether process `pid` is a PostgreSQL server working in `directory`; one that ended and waits to be reaped is not. */
export async function isServing(pid: number, directory: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, under another account.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') {
      return false;
    }
  }
  if (process.platform === 'linux') {
    // A server changes into its data directory and stays there.
    const [cwd, expected] = await Promise.all([realpath(`/proc/${pid}/cwd`), realpath(directory)]).catch(() => []);
    return cwd !== undefined && cwd === expected;
  }
  const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'command=']).catch(() => ({
    stdout: '',
  }));
  return stdout.includes('postgres') && stdout.includes(directory);
}
