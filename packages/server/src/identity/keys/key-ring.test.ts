import { createTestDatabase, type TestDatabase } from '@healthcare/testkit';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../platform/database/index.js';
import { KeyRing } from './key-ring.js';
import { KeySealer, UnsealError } from './key-sealer.js';
import type { SigningKey } from './signing-key.js';
import { SigningKeyStore } from './signing-key-store.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const encryptionKey = randomBytes(32);
let testDatabase: TestDatabase;
let database: Database;
let nowMs: number;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = connect();
  nowMs = Date.UTC(2026, 10, 23);
});
afterEach(async () => {
  await database.close();
  await testDatabase.drop();
});

function connect(url = testDatabase.appUrl): Database {
  return new Database({ url, poolSize: 5, connectTimeoutMs: 2_000, statementTimeoutMs: 5_000 });
}

/** The ring of a process; all of them look at the same clock. */
function ring(on = database, key = encryptionKey): KeyRing {
  return new KeyRing(new SigningKeyStore(on, new KeySealer(key)), () => nowMs);
}

async function countKeys(): Promise<number> {
  const rows = await database.transaction((tx) =>
    tx.query<{ count: number }>('select count(*)::int from identity.signing_key'),
  );
  return rows[0]!.count;
}

describe('KeyRing', () => {
  it('has one first key, however many processes start at once', async () => {
    const processes = 8;
    let looking = 0;
    let allHaveLooked = (): void => {};
    const barrier = new Promise<void>((resolve) => {
      allHaveLooked = resolve;
    });
    /** Goes on only when every process has seen that there is no key. */
    class MeetingStore extends SigningKeyStore {
      override async list(atMs: number): Promise<SigningKey[]> {
        const keys = await super.list(atMs);
        looking += 1;
        if (looking === processes) {
          allHaveLooked();
        }
        await barrier;
        return keys;
      }
    }
    const pools = [database, connect(), connect()];
    const stores = Array.from(
      { length: processes },
      (_, index) => new MeetingStore(pools[index % 3]!, new KeySealer(encryptionKey)),
    );
    const keySets = await Promise.all(stores.map((store) => new KeyRing(store, () => nowMs).keySet()));
    expect(new Set(keySets.map(({ signing }) => signing.kid)).size).toBe(1);
    expect(await countKeys()).toBe(1);
    await Promise.all(pools.slice(1).map((pool) => pool.close()));
  });

  it('keeps the private key from who reads the table', async () => {
    const { signing } = await ring().keySet();
    const rows = await database.transaction((tx) =>
      tx.query<{ all: string }>('select k::text as all from identity.signing_key k'),
    );
    expect(rows[0]!.all).toContain(signing.kid);
    expect(rows[0]!.all).not.toContain(signing.privateJwk.d);
    expect(rows[0]!.all).not.toContain(Buffer.from(signing.privateJwk.d!).toString('hex'));
  });

  it('says what to do when the encryption key is another', async () => {
    await ring().keySet();
    await expect(ring(database, randomBytes(32)).keySet()).rejects.toThrow(UnsealError);
    await expect(ring(database, randomBytes(32)).keySet()).rejects.toThrow(/IDENTITY_ENCRYPTION_KEY/);
    expect(await countKeys()).toBe(1);
  });

  it('rotates without a moment in which a token of one process is refused by another', async () => {
    const a = ring();
    const b = ring();
    const old = (await a.keySet()).signing.kid;
    await b.keySet();
    await a.rotate();
    for (let minute = 0; minute <= 25; minute += 0.5) {
      nowMs = Date.UTC(2026, 10, 23) + minute * MINUTE_MS;
      for (const [signer, verifier] of [
        [a, b],
        [b, a],
      ] as const) {
        const { signing } = await signer.keySet();
        expect(await verifier.verificationKey(signing.kid), `minute ${minute}`).toBeDefined();
      }
    }
    expect((await a.keySet()).signing.kid).not.toBe(old);
    expect((await b.keySet()).signing.kid).toBe((await a.keySet()).signing.kid);
    expect(await b.verificationKey(old)).toBeUndefined();
    expect((await b.keySet()).published).toHaveLength(1);
  });

  it('accepts a token of the old key until it has expired', async () => {
    const a = ring();
    const b = ring();
    const old = (await a.keySet()).signing.kid;
    await b.rotate();
    let lastSignedMs = 0;
    for (let second = 0; second < 1_800; second += 10) {
      nowMs += 10_000;
      if ((await a.keySet()).signing.kid === old) {
        lastSignedMs = nowMs;
      } else if (nowMs < lastSignedMs + 600_000) {
        expect(await b.verificationKey(old)).toBeDefined();
      }
    }
    expect(lastSignedMs).toBeGreaterThan(Date.UTC(2026, 10, 23));
    expect(await b.verificationKey(old)).toBeUndefined();
  });

  it('ends every token at once when a key was stolen', async () => {
    const a = ring();
    const b = ring();
    const stolen = (await a.keySet()).signing.kid;
    await b.keySet();
    await a.rotate({ immediately: true });
    expect((await a.keySet()).signing.kid).not.toBe(stolen);
    expect(await a.verificationKey(stolen)).toBeUndefined();
    nowMs += MINUTE_MS;
    expect(await b.verificationKey(stolen)).toBeUndefined();
  });

  it('asks the database at most every five seconds about keys that nobody knows', async () => {
    const own = ring();
    await own.keySet();
    let reads = 0;
    const counting = {
      list: async (...args: [number]) => (
        (reads += 1),
        new SigningKeyStore(database, new KeySealer(encryptionKey)).list(...args)
      ),
    };
    const guarded = new KeyRing(counting as unknown as SigningKeyStore, () => nowMs);
    await guarded.keySet();
    for (let index = 0; index < 100; index += 1) {
      nowMs += 100;
      expect(await guarded.verificationKey(`invented-${index}`)).toBeUndefined();
    }
    expect(reads).toBe(1 + 2);
  });

  it('finds a key that another process made a moment ago', async () => {
    const a = ring();
    await a.keySet();
    await ring().rotate({ immediately: true });
    nowMs += 6_000;
    const { signing } = await ring().keySet();
    expect(await a.verificationKey(signing.kid)).toBeDefined();
  });

  it('changes the key by itself after ninety days, once', async () => {
    const first = (await ring().keySet()).signing.kid;
    nowMs += 89 * DAY_MS;
    expect((await ring().keySet()).published).toHaveLength(1);
    nowMs += DAY_MS;
    const rings = Array.from({ length: 5 }, () => ring());
    const keySets = await Promise.all(rings.map((one) => one.keySet()));
    expect(keySets.map(({ signing }) => signing.kid)).toEqual(Array.from({ length: 5 }, () => first));
    expect(await countKeys()).toBe(2);
    nowMs += 11 * MINUTE_MS;
    expect((await ring().keySet()).signing.kid).not.toBe(first);
  });

  it('goes on verifying while the database is away', async () => {
    const other = connect();
    const own = ring(other);
    const { signing } = await own.keySet();
    await other.close();
    nowMs += 5 * MINUTE_MS;
    expect(await own.verificationKey(signing.kid)).toBeDefined();
    expect((await own.keySet()).signing.kid).toBe(signing.kid);
  });
});
