import type { Database } from '../../platform/database/index.js';

/** An application as the authorization server needs it. */
export interface RegisteredClient {
  readonly id: string;
  readonly name: string;
  readonly tenantId: number;
  readonly tenant: string;
  /** Undefined for a public client. */
  readonly secretHash: Buffer | undefined;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly scopes: readonly string[];
  readonly isFirstParty: boolean;
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly name: string;
  readonly tenant_id: number;
  readonly tenant: string;
  readonly secret_hash: Buffer | null;
  readonly redirect_uris: string[];
  readonly grant_types: string[];
  readonly scopes: string[];
  readonly first_party: boolean;
}

const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$/;

/** Finds an application that is not disabled. The id tells the clinic, so no clinic is bound here. */
export async function findClient(database: Database, id: string): Promise<RegisteredClient | undefined> {
  if (!CLIENT_ID.test(id)) {
    return undefined;
  }
  const rows = await database.transaction(
    (tx) =>
      tx.prepared<Row>(
        'identity_find_client',
        `select c.id, c.name, c.tenant_id, t.slug as tenant, c.secret_hash, c.redirect_uris, c.grant_types, c.scopes,
           c.first_party
         from identity.client c join platform.tenant t on t.id = c.tenant_id
         where c.id = $1 and c.disabled_at is null`,
        [id],
      ),
    { readOnly: true },
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        id: row.id,
        name: row.name,
        tenantId: row.tenant_id,
        tenant: row.tenant,
        secretHash: row.secret_hash ?? undefined,
        redirectUris: row.redirect_uris,
        grantTypes: row.grant_types,
        scopes: row.scopes,
        isFirstParty: row.first_party,
      };
}
