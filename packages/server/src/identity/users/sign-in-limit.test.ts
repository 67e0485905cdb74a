import { createTestDatabase, type TestDatabase } from '@healthcare/testkit';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../platform/database/index.js';
import { SIGN_IN_WINDOW_MS, SignInLimit, signInLimits } from './sign-in-limit.js';

let testDatabase: TestDatabase;
let database: Database;
let limit: SignInLimit;
let nowMs: number;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = new Database({
    url: testDatabase.appUrl,
    poolSize: 8,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
  });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});
beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 23);
  // A key of its own: the counters of other tests are not found.
  limit = new SignInLimit(database, randomBytes(32), () => nowMs);
});

const attempt = (usernameKey: string, address = '192.0.2.1') => ({ tenantId: 1, usernameKey, address });

async function admitted(count: number, of: (index: number) => ReturnType<typeof attempt>): Promise<number> {
  let passed = 0;
  for (let index = 0; index < count; index += 1) {
    passed += (await limit.admit(of(index))) === 0 ? 1 : 0;
  }
  return passed;
}

describe('SignInLimit', () => {
  it('lets ten wrong passwords pass from one address, and others go on', async () => {
    expect(await admitted(15, () => attempt('a'))).toBe(signInLimits.accountFromAddress);
    expect(await limit.admit(attempt('a'))).toBe(SIGN_IN_WINDOW_MS);
    expect(await limit.admit(attempt('a', '192.0.2.2'))).toBe(0);
    expect(await limit.admit(attempt('b'))).toBe(0);
    expect(await limit.admit({ ...attempt('a'), tenantId: 2 })).toBe(0);
  });

  it('begins anew when the window is over', async () => {
    await admitted(11, () => attempt('a'));
    nowMs += SIGN_IN_WINDOW_MS - 1;
    expect(await limit.admit(attempt('a'))).toBe(1);
    nowMs += 1;
    expect(await limit.admit(attempt('a'))).toBe(0);
  });

  it('bounds guessing at one account from many addresses', async () => {
    expect(await admitted(70, (index) => attempt('a', `198.51.100.${index}`))).toBe(signInLimits.account);
  });

  it('bounds one address that tries many accounts', async () => {
    expect(await admitted(130, (index) => attempt(`user-${index}`))).toBe(signInLimits.address);
  });

  it('keeps nobody from locking others out from one place', async () => {
    await admitted(90, () => attempt('a'));
    expect(await limit.admit(attempt('a', '192.0.2.2'))).toBe(0);
  });

  it('forgets attempts that were right', async () => {
    for (let index = 0; index < 150; index += 1) {
      expect(await limit.admit(attempt('a'))).toBe(0);
      await limit.forgive(attempt('a'));
    }
  });

  it('counts attempts made at the same time', async () => {
    const waits = await Promise.all(Array.from({ length: 40 }, () => limit.admit(attempt('a'))));
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(signInLimits.accountFromAddress);
  });

  it('stores neither names nor addresses', async () => {
    await limit.admit(attempt('very-special-name', '203.0.113.77'));
    const rows = await database.transaction((tx) =>
      tx.query<{ all: string }>("select encode(bucket, 'escape') || a::text as all from identity.sign_in_attempt a"),
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.some(({ all }) => all.includes('very-special-name') || all.includes('203.0.113.77'))).toBe(false);
  });
});
