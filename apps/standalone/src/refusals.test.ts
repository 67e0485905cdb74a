import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processesOf, startStandalone } from './testing/standalone-process.js';

const run = promisify(execFile);

describe('what cannot start says in a sentence what to do', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'healthcare-refusal-'));
  });

  afterEach(async () => {
    expect(await processesOf(directory)).toEqual([]);
    await rm(directory, { recursive: true, force: true });
  });

  /** @returns what it wrote, which is one line after what it had done. */
  async function refusal(dataDirectory: string, environment: Record<string, string> = {}, code = 1): Promise<string> {
    const standalone = await startStandalone(dataDirectory, environment);
    expect(await standalone.ended(), standalone.output()).toBe(code);
    expect(standalone.output()).not.toMatch(/^\s+at /m);
    return standalone.output().trim().split('\n').at(-1) ?? '';
  }

  it.each(['PORT', 'WORKER_PORT'])('%s taken', async (variable) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(await refusal(directory, { [variable]: String(port) })).toBe(
      `Port ${port} of 127.0.0.1 is taken by another program: stop that one, or set ${variable} to a free port.`,
    );
    server.close();
    // Asked before anything was set up.
    await expect(access(join(directory, 'postgres'))).rejects.toThrow();
    expect(await readdir(directory)).not.toContain('standalone.lock');
  });

  it('HOST is not of this machine', async () => {
    expect(await refusal(directory, { HOST: '192.0.2.1' })).toMatch(
      /192\.0\.2\.1 is no address of this machine: set HOST/,
    );
  });

  it('settings that make no sense', async () => {
    expect(await refusal(directory, { PORT: 'eighty' }, 78)).toMatch(/PORT: .*number/);
  });

  it('a data directory that cannot be made', async () => {
    await writeFile(join(directory, 'file'), '');
    expect(await refusal(join(directory, 'file', 'data'))).toMatch(
      /data directory \S+ cannot be written \(ENOTDIR\): make it writable .*HEALTHCARE_DATA_DIR/,
    );
  });

  it('a disk without space', async (context) => {
    const disk = join(directory, 'disk');
    await mkdir(disk);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'none', disk]);
    } catch {
      context.skip('needs the right to mount a small disk');
    }
    try {
      expect(await refusal(join(disk, 'data'))).toMatch(
        /disk of \S+ has \d+ MB left and the database needs 300 MB: free some, or set HEALTHCARE_DATA_DIR/,
      );
      await run('dd', ['if=/dev/zero', `of=${join(disk, 'fill')}`, 'bs=1M']).catch(() => {});
      expect(await refusal(join(disk, 'data'))).toMatch(/MB left and the database needs \d+ MB/);
    } finally {
      await run('umount', [disk]);
    }
  });

  it('data of another PostgreSQL version', async () => {
    await mkdir(join(directory, 'postgres'));
    await writeFile(join(directory, 'postgres', 'PG_VERSION'), '15\n');
    await writeFile(
      join(directory, 'secrets.json'),
      JSON.stringify({ identityEncryptionKey: Buffer.alloc(32).toString('base64') }),
    );
    expect(await refusal(directory)).toMatch(/belong to PostgreSQL 15 and this version brings 18: dump them/);
  });

  it('data without the secrets that belong to them', async () => {
    await mkdir(join(directory, 'postgres'));
    await writeFile(join(directory, 'postgres', 'PG_VERSION'), '18\n');
    expect(await refusal(directory)).toMatch(/secrets\.json is missing.*put it back from a backup/);
  });

  it('DATABASE_URL leads nowhere', async () => {
    expect(await refusal(directory, { DATABASE_URL: 'postgres://a:hidden@127.0.0.1:1/b' })).toMatch(
      /DATABASE_URL at 127\.0\.0\.1:1 cannot be reached .*check the variable/,
    );
  });
});
