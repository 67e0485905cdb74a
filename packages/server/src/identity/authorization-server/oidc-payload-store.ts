import { createHash } from 'node:crypto';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Database } from '../../platform/database/index.js';

interface Row extends Record<string, unknown> {
  readonly payload: string;
  readonly consumed_s: string | null;
}

const FOUND = 'payload, floor(extract(epoch from consumed_at))::bigint as consumed_s from identity.oidc_payload';

/**
 * State of one model of oidc-provider (sessions, codes, grants, refresh tokens) in PostgreSQL.
 *
 * For codes and refresh tokens the identifier is the credential itself: stored is its SHA-256, and the payload without
 * it. Who reads the table or a backup of it can redeem nothing.
 */
export class OidcPayloadStore implements Adapter {
  constructor(
    private readonly database: Database,
    private readonly model: string,
  ) {}

  async upsert(id: string, { jti: _jti, ...payload }: AdapterPayload, expiresInS?: number): Promise<void> {
    await this.#query(
      `insert into identity.oidc_payload (model, id_hash, payload, grant_id, uid, expires_at)
       values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
       on conflict (model, id_hash) do update set
         payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid, expires_at = excluded.expires_at`,
      [
        this.model,
        hashId(id),
        JSON.stringify(payload),
        payload.grantId ?? null,
        payload.uid ?? null,
        expiresInS ?? null,
      ],
    );
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const row = await this.#first(
      `select ${FOUND} where model = $1 and id_hash = $2 and (expires_at is null or expires_at > now())`,
      hashId(id),
    );
    return row === undefined ? undefined : { ...toPayload(row), jti: id };
  }

  /** Only sessions have a uid. What is found so can be read but not opened again: its identifier is not known. */
  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const row = await this.#first(
      `select ${FOUND} where model = $1 and uid = $2 and (expires_at is null or expires_at > now())`,
      uid,
    );
    return row === undefined ? undefined : toPayload(row);
  }

  /** Codes that are typed into devices are not offered. */
  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  /**
   * Marks as used. Of two requests that redeem the same code or refresh token at the same time one gets through; the
   * other one shows that the credential is in two hands, so everything that came from it ends (RFC 9700, section 4.14).
   *
   * @throws {errors.InvalidGrant} when it was used before.
   */
  async consume(id: string): Promise<void> {
    const used = await this.#query(
      'update identity.oidc_payload set consumed_at = now() where model = $1 and id_hash = $2 and consumed_at is null returning 1',
      [this.model, hashId(id)],
    );
    if (used.length === 0) {
      const row = await this.#first(`select ${FOUND} where model = $1 and id_hash = $2`, hashId(id));
      const grantId = row === undefined ? undefined : toPayload(row).grantId;
      if (grantId !== undefined) {
        await this.#query('delete from identity.oidc_payload where grant_id = $1', [grantId]);
      }
      throw new errors.InvalidGrant('was used before');
    }
  }

  async destroy(id: string): Promise<void> {
    await this.#query('delete from identity.oidc_payload where model = $1 and id_hash = $2', [this.model, hashId(id)]);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.#query('delete from identity.oidc_payload where model = $1 and grant_id = $2', [this.model, grantId]);
  }

  async #first(text: string, key: Buffer | string): Promise<Row | undefined> {
    const rows = await this.#query<Row>(text, [this.model, key]);
    return rows[0];
  }

  async #query<R extends Record<string, unknown>>(text: string, values: readonly unknown[]): Promise<R[]> {
    return this.database.transaction((tx) => tx.query<R>(text, values));
  }
}

function hashId(id: string): Buffer {
  return createHash('sha256').update(id, 'utf8').digest();
}

function toPayload({ payload, consumed_s: consumedS }: Row): AdapterPayload {
  return { ...(JSON.parse(payload) as AdapterPayload), ...(consumedS === null ? {} : { consumed: Number(consumedS) }) };
}
