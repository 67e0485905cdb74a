import { spawn } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PostgresBinaries } from './binaries.js';
import { createDirectory, type ChildPath, giveTo, openForChild } from './data-directory.js';
import { LocalPostgresError } from './local-postgres-error.js';
import type { ProcessIdentity } from './process-identity.js';

export interface InitClusterOptions {
  readonly binaries: PostgresBinaries;
  readonly identity: ProcessIdentity;
  /** Does not exist yet; appears when the cluster is complete. */
  readonly directory: string;
  /** Of the superuser `postgres`. */
  readonly password: string;
  /** False leaves flushing to the operating system: for data that a crash may take. */
  readonly sync?: boolean;
}

/**
 * Makes a cluster: UTF-8, sorted by code points (the same everywhere, whatever the machine's locales), checksums on,
 * passwords by SCRAM.
 *
 * It is made beside its place and moved there, so that an interruption leaves nothing that looks complete.
 *
 * @throws {LocalPostgresError} with what initdb said.
 */
export async function initCluster(options: InitClusterOptions): Promise<void> {
  const partial = `${options.directory}.partial`;
  await mkdir(dirname(partial), { recursive: true });
  await rm(partial, { recursive: true, force: true });
  await createDirectory(partial, options.identity);
  const passwordFile = `${partial}.password`;
  const opened: ChildPath[] = [];
  try {
    await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
    await giveTo(passwordFile, options.identity);
    const data = await openForChild(partial, options.identity, 3);
    opened.push(data);
    const password = await openForChild(passwordFile, options.identity, 4);
    opened.push(password);
    await runInitdb(options, data, password);
    await rename(partial, options.directory);
  } finally {
    await Promise.all(opened.map((handle) => handle.close()));
    await rm(passwordFile, { force: true });
    await rm(partial, { recursive: true, force: true });
  }
}

async function runInitdb(options: InitClusterOptions, data: ChildPath, password: ChildPath): Promise<void> {
  const child = spawn(
    options.binaries.initdb,
    [
      `--pgdata=${data.argument}`,
      `--pwfile=${password.argument}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
      ...(options.sync === false ? ['--no-sync'] : []),
    ],
    {
      ...options.identity,
      cwd: '/',
      env: { LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'ignore', 'pipe', ...data.stdio, ...password.stdio],
    },
  );
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) {
    throw new LocalPostgresError(explain(said, options.directory));
  }
}

function explain(said: string, directory: string): string {
  const line =
    said.split('\n').find((text) => /error|FATAL|could not/.test(text)) ?? said.trim().split('\n').at(-1) ?? '';
  if (said.includes('No space left on device')) {
    return `There is no space left for the database in ${dirname(directory)}: free 200 MB or set HEALTHCARE_DATA_DIR to another disk.`;
  }
  return `PostgreSQL could not set up its data in ${directory} (${line.trim()}): check the directory, or set HEALTHCARE_DATA_DIR to another one.`;
}
