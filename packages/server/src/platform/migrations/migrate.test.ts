import { createTestDatabase, type TestDatabase, withClient } from '@healthcare/testkit';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, MigrationError, migrationLevel } from './index.js';

/** A database as it is before the first start: the test server's copy without our schemas. */
async function emptied(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await withClient(database.url, async (client) => {
    const { rows } = await client.query<{ nspname: string }>(
      "select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')",
    );
    for (const { nspname } of rows) {
      await client.query(`drop schema ${nspname} cascade`);
    }
  });
  return database;
}

/** The first migration with other names of roles: its own exist on this server and belong to all of its databases. */
async function platformFor(prefix: string): Promise<string> {
  const sql = await readFile(new URL('../../../../../database/migrations/0001_platform.sql', import.meta.url), 'utf8');
  const directory = await mkdtemp(join(tmpdir(), 'healthcare-migrations-'));
  await writeFile(join(directory, '0001_platform.sql'), sql.replaceAll('healthcare_', prefix));
  return directory;
}

describe('migrate', () => {
  let database: TestDatabase;
  let directory: string;
  const log: string[] = [];

  const run = (lockTimeoutMs = 5_000): ReturnType<typeof migrate> =>
    migrate({ connectionString: database.url, directory, log: (line) => log.push(line), lockTimeoutMs });
  const put = (name: string, sql: string): Promise<void> => writeFile(join(directory, `${name}.sql`), sql);
  const exists = async (table: string): Promise<boolean> =>
    withClient(database.url, async (client) => {
      const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]);
      return rows[0]?.there === true;
    });

  beforeEach(async () => {
    database = await emptied();
    directory = await mkdtemp(join(tmpdir(), 'healthcare-migrations-'));
    log.length = 0;
    await put('0001_first', 'create table platform.first (id int);');
  });

  afterEach(async () => {
    await database.drop();
    await rm(directory, { recursive: true });
  });

  it('applies what is new, once, in order', async () => {
    expect(await run()).toEqual({ applied: ['0001_first'], version: '0001_first' });
    await put('0002_second', 'alter table platform.first add column name text;');
    expect(await run()).toEqual({ applied: ['0002_second'], version: '0002_second' });
    expect(await run()).toEqual({ applied: [], version: '0002_second' });
    const level = await withClient(database.url, (client) =>
      migrationLevel({ query: async <Row>(text: string) => (await client.query(text)).rows as Row[] }),
    );
    expect(level).toBe('0002_second');
  });

  it('lets one of several migrate while the others wait', async () => {
    await put('0001_first', 'select pg_sleep(0.5); create table platform.first (id int);');
    const results = await Promise.all([run(), run(), run()]);
    expect(results.map((result) => result.applied.length).sort()).toEqual([0, 0, 1]);
    expect(log.filter((line) => line.includes('waiting')).length).toBeGreaterThanOrEqual(2);
  });

  it('gives up waiting after its time', async () => {
    await put('0001_first', 'select pg_sleep(1.5);');
    const first = run();
    await expect.poll(() => log).toContain('Migrating the database: 0001_first');
    await expect(run(300)).rejects.toThrow(/Another process has been migrating/);
    await first;
  });

  it('rolls a failed file back and keeps those before it', async () => {
    await put('0002_second', 'create table platform.second (id int); select 1 / 0;');
    await expect(run()).rejects.toThrow(/migration 0002_second: division by zero/);
    expect(await exists('platform.first')).toBe(true);
    expect(await exists('platform.second')).toBe(false);
    await put('0002_second', 'create table platform.second (id int);');
    expect((await run()).applied).toEqual(['0002_second']);
  });

  it('runs a file outside of a transaction when it says so', async () => {
    await put('0002_index', '-- no-transaction\ncreate index concurrently first_id on platform.first (id);');
    await run();
    expect(await exists('platform.first_id')).toBe(true);
    await put('0003_two', '-- no-transaction\nselect 1; select 2;');
    await expect(run()).rejects.toThrow(/multiple commands/);
  });

  it('refuses a file that was changed after it was applied, whatever its line ends', async () => {
    await run();
    await put('0001_first', 'create table platform.first (id int);\r\n'.trim());
    expect((await run()).applied).toEqual([]);
    await put('0001_first', 'create table platform.first (id bigint);');
    await expect(run()).rejects.toThrow(/0001_first was changed after it had been applied: restore the file/);
  });

  it('refuses a database of newer code, and one of other code', async () => {
    await put('0002_second', 'select 1;');
    await run();
    await rm(join(directory, '0002_second.sql'));
    await expect(run()).rejects.toThrow(/0002_second, which this version does not know.*Start that version/);
    await put('0002_other', 'select 1;');
    await expect(run()).rejects.toThrow(/different branches/);
  });

  it('refuses gaps and doubles among the files before it touches the database', async () => {
    await put('0003_third', 'select 1;');
    await expect(run()).rejects.toThrow(/Expected migration 0002_<name>.sql .* found 0003_third.sql/);
    await put('0001_again', 'select 1;');
    await expect(run()).rejects.toThrow(MigrationError);
    expect(await exists('platform.migration')).toBe(false);
  });

  it('runs the libraries’ migrations after the files, under the same lock', async () => {
    const seen: boolean[] = [];
    const once = (): Promise<unknown> =>
      migrate({
        connectionString: database.url,
        directory,
        log: () => {},
        afterMigrations: async () => {
          seen.push(await exists('platform.first'));
        },
      });
    await Promise.all([once(), once()]);
    expect(seen).toEqual([true, true]);
  });

  it('says what to check when the database cannot be reached', async () => {
    const unreachable = migrate({ connectionString: 'postgres://nobody@127.0.0.1:1/none', directory, log: () => {} });
    await expect(unreachable).rejects.toThrow(/127\.0\.0\.1:1 .*check MIGRATION_DATABASE_URL or DATABASE_URL/);
  });
});

describe('0001_platform', () => {
  it('tells a login that may not make roles what an administrator must run', async () => {
    const directory = await platformFor('absent_');
    const database = await emptied();
    const login = new URL(database.url);
    try {
      await withClient(database.url, async (client) => {
        await client.query(`create role weak login password 'weak'`);
        await client.query(`grant create on database ${login.pathname.slice(1)} to weak`);
      });
      login.username = 'weak';
      login.password = 'weak';
      await expect(migrate({ connectionString: login.href, directory, log: () => {} })).rejects.toThrow(
        /absent_app is missing .*create role absent_app nologin.*grant absent_app, absent_queue to weak;/,
      );
    } finally {
      const elsewhere = await createTestDatabase();
      await database.drop();
      await withClient(elsewhere.url, (client) => client.query('drop role weak'));
      await elsewhere.drop();
      await rm(directory, { recursive: true });
    }
  });

  it('can be applied to several databases of one server at the same time', async () => {
    const databases = await Promise.all([emptied(), emptied(), emptied(), emptied()]);
    const directory = await platformFor('raced_');
    const results = await Promise.all(
      databases.map(({ url }) => migrate({ connectionString: url, directory, log: () => {} })),
    );
    for (const { applied } of results) {
      expect(applied).toEqual(['0001_platform']);
    }
    await Promise.all(databases.map((database) => database.drop()));
    const elsewhere = await createTestDatabase();
    await withClient(elsewhere.url, (client) => client.query('drop role raced_app, raced_queue'));
    await elsewhere.drop();
    await rm(directory, { recursive: true });
  });

  it('gives the application clinics to read and nothing to own', async () => {
    const database = await createTestDatabase();
    await withClient(database.url, (client) =>
      client.query("insert into platform.tenant (slug, name) values ('one', 'Clinic one')"),
    );
    await withClient(database.appUrl, async (client) => {
      expect((await client.query('select slug from platform.tenant')).rows).toEqual([{ slug: 'one' }]);
      await expect(client.query("update platform.tenant set name = 'x'")).rejects.toThrow(/permission denied/);
      await expect(client.query('create table platform.mine (id int)')).rejects.toThrow(/permission denied/);
      await expect(client.query('create table public.mine (id int)')).rejects.toThrow(/permission denied/);
      const { rows } = await client.query<{ tenant: number | null }>('select platform.current_tenant() as tenant');
      expect(rows[0]?.tenant).toBeNull();
    });
    await withClient(database.queueUrl, async (client) => {
      await expect(client.query('select * from platform.tenant')).rejects.toThrow(/permission denied/);
    });
    await database.drop();
  });
});
