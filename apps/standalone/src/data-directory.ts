import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from './startup-error.js';

/** An empty cluster with its write-ahead log takes about 100 MB. */
const NEEDED_FIRST_MB = 300;
/** Below this PostgreSQL soon stops in the middle of work. */
const NEEDED_LATER_MB = 50;

/**
 * Makes the data directory and checks that it can be used.
 *
 * @throws {StartupError} if it cannot be written or has too little space.
 */
export async function prepareDataDirectory(directory: string): Promise<void> {
  const probe = join(directory, `.probe-${process.pid}`);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(probe, 'x');
    await rm(probe);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC') {
      throw spaceError(directory, 0, NEEDED_LATER_MB);
    }
    throw new StartupError(
      `The data directory ${directory} cannot be written (${code ?? 'unknown'}): make it writable for this user, or ` +
        'set HEALTHCARE_DATA_DIR to another directory.',
      { cause: error },
    );
  }
}

/** @throws {StartupError} if the disk has no room for the embedded database. */
export async function requireSpace(directory: string, isFirstStart: boolean): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const freeMb = Math.floor((bavail * bsize) / 1_000_000);
  const neededMb = isFirstStart ? NEEDED_FIRST_MB : NEEDED_LATER_MB;
  if (freeMb < neededMb) {
    throw spaceError(directory, freeMb, neededMb);
  }
}

function spaceError(directory: string, freeMb: number, neededMb: number): StartupError {
  return new StartupError(
    `The disk of ${directory} has ${freeMb} MB left and the database needs ${neededMb} MB: free some, or set ` +
      'HEALTHCARE_DATA_DIR to a directory on another disk.',
  );
}
