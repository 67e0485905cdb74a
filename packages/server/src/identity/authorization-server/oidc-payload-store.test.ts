import { createTestDatabase, type TestDatabase } from '@healthcare/testkit';
import { errors } from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../platform/database/index.js';
import { deleteExpired } from './delete-expired.js';
import { OidcPayloadStore } from './oidc-payload-store.js';

let testDatabase: TestDatabase;
let database: Database;
let codes: OidcPayloadStore;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = new Database({
    url: testDatabase.appUrl,
    poolSize: 8,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
  });
  codes = new OidcPayloadStore(database, 'AuthorizationCode');
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

describe('OidcPayloadStore', () => {
  it('finds what it stored, of its own model only', async () => {
    await codes.upsert('a', { jti: 'a', kind: 'AuthorizationCode', nonce: 'x\0\ud800' }, 60);
    expect(await codes.find('a')).toEqual({ jti: 'a', kind: 'AuthorizationCode', nonce: 'x\0\ud800' });
    expect(await codes.find('A')).toBeUndefined();
    expect(await new OidcPayloadStore(database, 'RefreshToken').find('a')).toBeUndefined();
    await codes.upsert('a', { jti: 'a', kind: 'AuthorizationCode', nonce: 'y' }, 60);
    expect(await codes.find('a')).toMatchObject({ nonce: 'y' });
    await codes.destroy('a');
    expect(await codes.find('a')).toBeUndefined();
  });

  it('finds a session by its uid, without what would open it', async () => {
    const sessions = new OidcPayloadStore(database, 'Session');
    await sessions.upsert('cookie-value', { jti: 'cookie-value', uid: 'u-1', accountId: 'p' }, 60);
    expect(await sessions.findByUid('u-1')).toEqual({ uid: 'u-1', accountId: 'p' });
  });

  it('finds nothing that has expired', async () => {
    await codes.upsert('old', { jti: 'old' }, -1);
    expect(await codes.find('old')).toBeUndefined();
  });

  it('is consumed by one of many, and the others end the grant', async () => {
    const refreshTokens = new OidcPayloadStore(database, 'RefreshToken');
    await codes.upsert('once', { jti: 'once', grantId: 'g' }, 60);
    await refreshTokens.upsert('r', { jti: 'r', grantId: 'g' }, 60);
    await refreshTokens.upsert('other', { jti: 'other', grantId: 'h' }, 60);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => codes.consume('once')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = results.filter((result) => result.status === 'rejected');
    expect(refusals.every(({ reason }) => reason instanceof errors.InvalidGrant)).toBe(true);
    expect(await refreshTokens.find('r')).toBeUndefined();
    expect(await refreshTokens.find('other')).toBeDefined();
  });

  it('tells when it was consumed', async () => {
    await codes.upsert('used', { jti: 'used' }, 60);
    await codes.consume('used');
    const found = await codes.find('used');
    expect(Math.abs(Number(found?.consumed) - Date.now() / 1000)).toBeLessThan(10);
  });
});

describe('deleteExpired', () => {
  it('deletes what is over and leaves the rest', async () => {
    await codes.upsert('over', { jti: 'over' }, -120);
    await codes.upsert('alive', { jti: 'alive' }, 120);
    const count = async (): Promise<number> =>
      (await database.transaction((tx) => tx.query('select 1 from identity.oidc_payload'))).length;
    const before = await count();
    expect(await deleteExpired(database)).toBe(1);
    expect(await count()).toBe(before - 1);
    expect(await codes.find('alive')).toBeDefined();
    expect(await deleteExpired(database)).toBe(0);
  });
});
