import { chown, mkdir, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalPostgresError } from './local-postgres-error.js';
import type { ProcessIdentity } from './process-identity.js';

/** How a program of PostgreSQL is told a file or directory. */
export interface ChildPath {
  /** The path to give it. */
  readonly argument: string;
  /** Continues the child's stdio. */
  readonly stdio: readonly number[];
  close(): Promise<void>;
}

/**
 * Opens a file or directory for a child that runs as `identity`.
 *
 * The child of root may not be able to enter the directories above (a clone below /root). It gets an open descriptor
 * then, which the kernel lets it follow whatever lies above.
 *
 * @param position Index in the child's stdio at which `stdio` will stand.
 */
export async function openForChild(path: string, identity: ProcessIdentity, position: number): Promise<ChildPath> {
  if (identity.uid === undefined || process.platform !== 'linux') {
    return { argument: path, stdio: [], close: async () => {} };
  }
  const handle = await open(path, 'r');
  return { argument: `/proc/self/fd/${position}`, stdio: [handle.fd], close: () => handle.close() };
}

/** Makes the directory, private to the account that PostgreSQL runs as. */
export async function createDirectory(directory: string, identity: ProcessIdentity): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await giveTo(directory, identity);
}

export async function giveTo(path: string, identity: ProcessIdentity): Promise<void> {
  if (identity.uid !== undefined && identity.gid !== undefined) {
    await chown(path, identity.uid, identity.gid);
  }
}

/** Whether the directory holds a cluster already. */
export async function isInitialised(directory: string): Promise<boolean> {
  return stat(join(directory, 'global', 'pg_control')).then(
    () => true,
    () => false,
  );
}

/**
 * @throws {LocalPostgresError} if the directory was made by another major version: its files are not compatible.
 */
export async function requireMajorVersion(directory: string, major: number): Promise<void> {
  const found = (await readFile(join(directory, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (found !== String(major)) {
    throw new LocalPostgresError(
      `The data in ${directory} belong to PostgreSQL ${found || '(unknown)'} and this version brings ${major}: ` +
        'dump them with the version that wrote them and load them again, or set HEALTHCARE_DATA_DIR to an empty directory.',
    );
  }
}
