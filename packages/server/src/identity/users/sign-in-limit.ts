import { createHmac } from 'node:crypto';
import type { Database, Transaction } from '../../platform/database/index.js';
import { deriveKey } from '../keys/key-sealer.js';

export const SIGN_IN_WINDOW_MS = 15 * 60_000;

/** Failures within the window after which no password is looked at any more. */
export const signInLimits = {
  /** One account from one address: a person who cannot remember. */
  accountFromAddress: 10,
  /** One account from anywhere: guessing that is spread over many machines. */
  account: 50,
  /** One address: one password tried on many accounts. Many people may share an address. */
  address: 100,
} as const;

/** Who tries to sign in, from where. */
export interface SignInAttempt {
  readonly tenantId: number;
  readonly usernameKey: string;
  readonly address: string;
}

/**
 * Counts failed sign-ins in the database, for all processes together.
 *
 * An attempt is counted before the password is checked and taken back when it was right, so that attempts made at the
 * same time cannot pass the limit together. What is refused for its address is not counted against the account: nobody
 * locks another person out from one place.
 */
export class SignInLimit {
  readonly #key: Buffer;

  constructor(
    private readonly database: Database,
    encryptionKey: Buffer,
    private readonly now: () => number = Date.now,
  ) {
    this.#key = deriveKey(encryptionKey, 'sign-in-limit');
  }

  /** Counts the attempt. @returns The time to wait in milliseconds if there were too many, else 0. */
  async admit(attempt: SignInAttempt): Promise<number> {
    const { account, address, accountFromAddress } = this.#buckets(attempt);
    return this.database.transaction(async (tx) => {
      const waits = [
        await this.#count(tx, address, signInLimits.address),
        await this.#count(tx, accountFromAddress, signInLimits.accountFromAddress),
      ];
      const waitMs = Math.max(...waits);
      return waitMs > 0 ? waitMs : this.#count(tx, account, signInLimits.account);
    });
  }

  /** Takes the attempt back: the password was right. */
  async forgive(attempt: SignInAttempt): Promise<void> {
    const { account, address, accountFromAddress } = this.#buckets(attempt);
    await this.database.transaction(async (tx) => {
      await tx.query('update identity.sign_in_attempt set attempts = greatest(attempts - 1, 0) where bucket = $1', [
        address,
      ]);
      await tx.query('delete from identity.sign_in_attempt where bucket = $1', [accountFromAddress]);
      await tx.query('update identity.sign_in_attempt set attempts = greatest(attempts - 1, 0) where bucket = $1', [
        account,
      ]);
    });
  }

  async #count(tx: Transaction, bucket: Buffer, limit: number): Promise<number> {
    const nowMs = this.now();
    const [row] = await tx.query<{ attempts: number; window_ends_at: Date }>(
      `insert into identity.sign_in_attempt as a (bucket, attempts, window_ends_at) values ($1, 1, $3)
       on conflict (bucket) do update set
         attempts = case when a.window_ends_at <= $2 then 1 else least(a.attempts + 1, 1000000) end,
         window_ends_at = case when a.window_ends_at <= $2 then $3 else a.window_ends_at end
       returning attempts, window_ends_at`,
      [bucket, new Date(nowMs), new Date(nowMs + SIGN_IN_WINDOW_MS)],
    );
    return row !== undefined && row.attempts > limit ? Math.max(row.window_ends_at.getTime() - nowMs, 1) : 0;
  }

  /** Keyed hashes: the table names neither people nor addresses. */
  #buckets({
    tenantId,
    usernameKey,
    address,
  }: SignInAttempt): Record<'account' | 'address' | 'accountFromAddress', Buffer> {
    const bucket = (...parts: readonly unknown[]): Buffer =>
      createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest();
    return {
      account: bucket('account', tenantId, usernameKey),
      address: bucket('address', address),
      accountFromAddress: bucket('account from address', tenantId, usernameKey, address),
    };
  }
}
