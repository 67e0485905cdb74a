import { randomBytes } from 'node:crypto';
import { withClient } from './with-client.js';

/** A database of one test file, migrated and empty. */
export interface TestDatabase {
  /** Login that owns the schemas: no superuser, but past row-level security only as far as FORCE lets an owner. */
  readonly url: string;
  /** As the API and the worker connect: `healthcare_app`. */
  readonly appUrl: string;
  /** As the worker takes jobs: `healthcare_queue`. */
  readonly queueUrl: string;
  drop(): Promise<void>;
}

/** Environment variables by which the global setup tells the test processes where the server and the template are. */
const SERVER_VARIABLE = 'HEALTHCARE_TEST_SERVER_URL';
const TEMPLATE_VARIABLE = 'HEALTHCARE_TEST_TEMPLATE';

/** The database that every test database of a run is a copy of. */
export interface Template {
  readonly variables: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

/**
 * Makes the template.
 *
 * @param serverUrl Login that may make databases and roles, with the database to connect to for that.
 * @param migrate Brings the database of the URL that it gets to the level of the code.
 */
export async function createTemplate(serverUrl: string, migrate: (url: string) => Promise<void>): Promise<Template> {
  const name = `healthcare_template_${randomBytes(6).toString('hex')}`;
  await withClient(serverUrl, (client) => client.query(`create database ${name}`));
  await migrate(databaseUrl(serverUrl, name));
  return {
    variables: { [SERVER_VARIABLE]: serverUrl, [TEMPLATE_VARIABLE]: name },
    drop: () => dropDatabase(serverUrl, name),
  };
}

/**
 * Clones the template: an empty, migrated database in about 50 ms.
 *
 * @throws {Error} outside of a test run whose global setup started a server.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env[SERVER_VARIABLE];
  const template = process.env[TEMPLATE_VARIABLE];
  if (serverUrl === undefined || template === undefined) {
    throw new Error('There is no test server: run the tests from the root, whose vitest.config.ts starts one.');
  }
  const name = `healthcare_test_${randomBytes(6).toString('hex')}`;
  await withClient(serverUrl, (client) => client.query(`create database ${name} template ${template}`));
  const url = databaseUrl(serverUrl, name);
  return {
    url,
    appUrl: withRole(url, 'healthcare_app'),
    queueUrl: withRole(url, 'healthcare_queue'),
    drop: () => dropDatabase(serverUrl, name),
  };
}

/** Connections that a test left open do not keep it. */
async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await withClient(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`));
}

function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

function withRole(url: string, role: string): string {
  return `${url}?options=${encodeURIComponent(`-c role=${role}`)}`;
}
