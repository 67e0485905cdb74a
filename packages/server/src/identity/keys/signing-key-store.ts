import type { JsonWebKey } from 'node:crypto';
import type { Database, Transaction } from '../../platform/database/index.js';
import type { KeySealer } from './key-sealer.js';
import { generateKeyPair, publicKeyOf, type SigningKey } from './signing-key.js';

interface Row extends Record<string, unknown> {
  readonly kid: string;
  readonly sealed_private_jwk: Buffer;
  readonly active_from: Date;
  readonly retire_at: Date | null;
}

/** Number of the advisory lock under which keys are made: two processes that start together make one. */
const KEY_LOCK = 0x1d_e571;

/** The signing keys in the database, oldest first. */
export class SigningKeyStore {
  constructor(
    private readonly database: Database,
    private readonly sealer: KeySealer,
  ) {}

  /**
   * Keys that sign, will sign, or whose tokens are still accepted.
   *
   * @throws {UnsealError} when they were sealed with another key.
   */
  async list(nowMs: number): Promise<SigningKey[]> {
    return this.database.transaction((tx) => this.#list(tx, nowMs), { readOnly: true });
  }

  /**
   * Adds a key where `decide` wants one, after looking at the keys that are there with nobody else making any.
   *
   * @param decide Gets the keys; returns the times of the change, or undefined to leave things as they are.
   */
  async addUnderLock(
    nowMs: number,
    decide: (keys: readonly SigningKey[]) => { activeFromMs: number; retireOthersAtMs: number } | undefined,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [KEY_LOCK]);
      const change = decide(await this.#list(tx, nowMs));
      if (change === undefined) {
        return;
      }
      await tx.query('delete from identity.signing_key where retire_at <= $1', [new Date(nowMs)]);
      await tx.query('update identity.signing_key set retire_at = least(retire_at, $1)', [
        new Date(change.retireOthersAtMs),
      ]);
      await this.#insert(tx, nowMs, change.activeFromMs);
    });
  }

  async #insert(tx: Transaction, nowMs: number, activeFromMs: number): Promise<void> {
    const { kid, privateJwk, publicJwk } = generateKeyPair();
    await tx.query(
      `insert into identity.signing_key (kid, public_jwk, sealed_private_jwk, created_at, active_from)
       values ($1, $2, $3, $4, $5)`,
      [
        kid,
        JSON.stringify(publicJwk),
        this.sealer.seal(JSON.stringify(privateJwk), placeOf(kid)),
        new Date(nowMs),
        new Date(activeFromMs),
      ],
    );
  }

  async #list(tx: Transaction, nowMs: number): Promise<SigningKey[]> {
    const rows = await tx.query<Row>(
      `select kid, sealed_private_jwk, active_from, retire_at from identity.signing_key
       where retire_at is null or retire_at > $1 order by active_from, kid`,
      [new Date(nowMs)],
    );
    return rows.map((row) => {
      const privateJwk = JSON.parse(this.sealer.open(row.sealed_private_jwk, placeOf(row.kid))) as JsonWebKey;
      return {
        kid: row.kid,
        privateJwk,
        publicKey: publicKeyOf(privateJwk),
        activeFromMs: row.active_from.getTime(),
        retireAtMs: row.retire_at?.getTime(),
      };
    });
  }
}

function placeOf(kid: string): string {
  return `identity.signing_key:${kid}`;
}
