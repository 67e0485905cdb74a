import { createLogger, startApi, startWorker } from '@healthcare/server';
import { createTestDatabase, type TestDatabase, withClient } from '@healthcare/testkit';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const logger = createLogger({ level: 'silent', role: 'test' });
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const environment = (databaseUrl: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  QUEUE_DATABASE_URL: database.queueUrl,
  IDENTITY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  PORT: '0',
  WORKER_PORT: '0',
});

describe.each([
  ['API', startApi],
  ['worker', startWorker],
] as const)('the %s', (_name, start) => {
  it('does not start with a role that row-level security does not bind', async () => {
    await expect(start(environment(database.url), { logger })).rejects.toThrow(
      /The database role of this process (owns the tables|is a superuser): .*healthcare_app/,
    );
  });

  it('does not start on a database that lacks a migration', async () => {
    const behind = await createTestDatabase();
    try {
      await withClient(behind.url, (owner) => owner.query("delete from platform.migration where name > '0004'"));
      await expect(start(environment(behind.appUrl), { logger })).rejects.toThrow(
        /this release needs 00\d\d_\w+: migrate it first/,
      );
      await withClient(behind.url, (owner) => owner.query('drop table platform.migration'));
      await expect(start(environment(behind.appUrl), { logger })).rejects.toThrow('The database is at no migration');
    } finally {
      await behind.drop();
    }
  });

  it('starts as the application, and on a database that is ahead', async () => {
    await withClient(database.url, (owner) =>
      owner.query(
        "insert into platform.migration (name, checksum) values ('9999_of_a_later_release', 'x') on conflict do nothing",
      ),
    );
    const running = await start(environment(database.appUrl), { logger });
    await running.stop();
  });

  it('says what is missing in its settings', async () => {
    await expect(start({}, { logger })).rejects.toThrow(/DATABASE_URL: is not set/);
  });
});
