import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createTenant, createTestDatabase, withClient } from './index.js';

describe('createTestDatabase', () => {
  it('gives each test a database of its own', async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await createTenant(one.url, 'only-here');
    const slugs = async (url: string): Promise<unknown[]> =>
      (await withClient(url, (client) => client.query('select slug from platform.tenant'))).rows;
    expect(await slugs(one.appUrl)).toEqual([{ slug: 'only-here' }]);
    expect(await slugs(two.appUrl)).toEqual([]);
    await Promise.all([one.drop(), two.drop()]);
    await expect(slugs(one.url)).rejects.toThrow(/does not exist/);
  });

  it('connects as the roles that the processes have', async () => {
    const database = await createTestDatabase();
    const role = async (url: string): Promise<unknown> =>
      (await withClient(url, (client) => client.query('select current_user as role'))).rows[0]?.role;
    expect(await role(database.appUrl)).toBe('healthcare_app');
    expect(await role(database.queueUrl)).toBe('healthcare_queue');
    const { rows } = await withClient(database.url, (client) =>
      client.query('select rolsuper or rolbypassrls as powerful from pg_roles where rolname = current_user'),
    );
    expect(rows).toEqual([{ powerful: false }]);
    await database.drop();
  });

  it('drops a database that is still connected to', async () => {
    const database = await createTestDatabase();
    await withClient(database.appUrl, async (client) => {
      const lost = new Promise((resolve) => client.on('error', resolve));
      await database.drop();
      expect(await lost).toBeInstanceOf(Error);
    }).catch((error: Error) => expect(error.message).toMatch(/terminat|closed|ended/i));
  });
});

describe('startTestServer', () => {
  it('leaves neither a server nor files behind when the test run is killed', async () => {
    const before = new Set(directories());
    const program = `
      const { startTestServer } = await import(process.argv[1]);
      const { url } = await startTestServer();
      process.stdout.write(url);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['-e', program, new URL('../dist/test-server.js', import.meta.url).href]);
    const url = String((await once(child.stdout, 'data'))[0]);
    const directory = directories().find(
      (name) => !before.has(name) && existsSync(`${tmpdir()}/${name}/data/postmaster.pid`),
    );
    expect(directory).toBeDefined();
    expect((await withClient(url, (client) => client.query('select 1 as one'))).rows).toEqual([{ one: 1 }]);
    child.kill('SIGKILL');
    await expect
      .poll(() => withClient(url, () => Promise.resolve('up')).catch((error: NodeJS.ErrnoException) => error.code), {
        timeout: 5_000,
      })
      .toBe('ECONNREFUSED');
    await expect.poll(directories, { timeout: 5_000 }).not.toContain(directory);
  });
});

function directories(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('healthcare-test-'));
}
