import { createTenant, createTestDatabase, type TestDatabase } from '@healthcare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../platform/database/index.js';
import { IdentityInputError } from '../identity-input-error.js';
import { createUser } from '../users/create-user.js';
import { createClient, type NewClient } from './create-client.js';

let testDatabase: TestDatabase;
let database: Database;
let tenantId: number;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = new Database({
    url: testDatabase.appUrl,
    poolSize: 2,
    connectTimeoutMs: 2_000,
    statementTimeoutMs: 5_000,
  });
  tenantId = await createTenant(testDatabase.url, 'north');
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const system = { name: 'Lab', scopes: ['system/*.rs'], grantTypes: ['client_credentials'] } as const;
const web = {
  name: 'Page',
  scopes: ['user/*.rs'],
  grantTypes: ['authorization_code'],
  redirectUris: ['https://a.example/b'],
} as const;

describe('createClient', () => {
  it('makes secrets of 256 random bits', async () => {
    const made = await Promise.all([1, 2, 3].map(() => createClient(database, { tenantId, ...system })));
    expect(new Set(made.map(({ clientSecret }) => clientSecret)).size).toBe(3);
    expect(Buffer.from(made[0]!.clientSecret, 'base64url')).toHaveLength(32);
  });

  it('makes a public client by name', async () => {
    expect(
      await createClient(database, { tenantId, ...web, clientId: 'console-north', isPublic: true, isFirstParty: true }),
    ).toEqual({
      clientId: 'console-north',
    });
  });

  it.each<[string, Partial<NewClient>]>([
    ['a public system', { isPublic: true }],
    ['a scope that is never granted', { scopes: ['patient/*.rs'] }],
    ['a type that does not exist', { scopes: ['system/Patiens.rs'] }],
    ['no grant type', { grantTypes: [] }],
    ['sign-in without a redirect URI', { grantTypes: ['authorization_code'] }],
    ['a redirect URI without sign-in', { redirectUris: ['https://a.example/'] }],
    ['renewal without sign-in', { grantTypes: ['refresh_token'] }],
    ['codes over plain http', { ...web, redirectUris: ['http://a.example/'] }],
    ['codes to a script', { ...web, redirectUris: ['javascript:alert(1)'] }],
    ['a redirect URI with a fragment', { ...web, redirectUris: ['https://a.example/#x'] }],
    ['a name of spaces', { name: ' ' }],
    ['an id with a slash', { clientId: 'a/b' }],
  ])('refuses %s', async (_name, more) => {
    const wrong = { tenantId, ...system, ...more } as NewClient & { isPublic?: false };
    await expect(createClient(database, wrong)).rejects.toThrow(IdentityInputError);
  });
});

describe('createUser', () => {
  const user = { displayName: 'N', scopes: ['user/*.rs'] };

  it('makes up a password, and takes one that is given', async () => {
    const made = await createUser(database, { tenantId, username: 'one', ...user });
    expect(made.password.length).toBeGreaterThan(24);
    const given = await createUser(database, { tenantId, username: 'two', password: 'a good long one', ...user });
    expect(given.password).toBe('a good long one');
  });

  it('takes a name once in a clinic, and again in another', async () => {
    await createUser(database, { tenantId, username: 'Anna', ...user });
    await expect(createUser(database, { tenantId, username: ' ANNA ', ...user })).rejects.toThrow(IdentityInputError);
    const other = await createTenant(testDatabase.url, 'south');
    await createUser(database, { tenantId: other, username: 'anna', ...user });
    // Row-level security: without a clinic nobody is there, with one its own people are.
    const names = (tenant: number): Promise<{ count: number }[]> =>
      database.withTenant(tenant, (tx) =>
        tx.query<{ count: number }>("select count(*)::int from identity.app_user where username_key = 'anna'"),
      );
    expect((await names(other))[0]!.count).toBe(1);
    const unbound = await database.transaction((tx) =>
      tx.query<{ count: number }>('select count(*)::int from identity.app_user'),
    );
    expect(unbound[0]!.count).toBe(0);
  });

  it.each([
    ['an empty name', { username: ' ' }],
    ['a name with a NUL', { username: 'a\0' }],
    ['a short password', { username: 'x', password: 'short' }],
    ['a password nobody types', { username: 'x', password: 'x'.repeat(257) }],
    ['a scope that is never granted', { username: 'x', scopes: ['user/*.rs?x=y'] }],
  ])('refuses %s', async (_name, more) => {
    await expect(createUser(database, { tenantId, ...user, ...more })).rejects.toThrow(IdentityInputError);
  });
});
