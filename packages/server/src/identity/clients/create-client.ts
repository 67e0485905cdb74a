import { randomUUID } from 'node:crypto';
import type { Database } from '../../platform/database/index.js';
import { requireKnownScopes } from '../scopes/require-known-scopes.js';
import { generateClientSecret, hashClientSecret } from './client-secret.js';
import { IdentityInputError } from '../identity-input-error.js';
import { requireRedirectUris } from './redirect-uri.js';

export type GrantType = 'client_credentials' | 'authorization_code' | 'refresh_token';

export interface NewClient {
  readonly tenantId: number;
  /** Shown to people who sign in. */
  readonly name: string;
  /** The most that the client is ever granted, e.g. `system/*.cruds`. */
  readonly scopes: readonly string[];
  readonly grantTypes: readonly GrantType[];
  /** Where people return to after signing in; needed for `authorization_code`. */
  readonly redirectUris?: readonly string[];
  /** Random unless given: a name of 3 to 64 letters, digits, `.`, `_` and `-`. */
  readonly clientId?: string;
  /** Runs on people's devices and can keep no secret. */
  readonly isPublic?: boolean;
  /** Ours: nobody is asked for consent. */
  readonly isFirstParty?: boolean;
}

/** The secret is told here and never again. */
export interface ConfidentialClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$/;

/**
 * Registers an application of a clinic.
 *
 * @returns Its credentials; a public client has no secret.
 * @throws {IdentityInputError} for values that make no sense, before anything is stored.
 */
export async function createClient(
  database: Database,
  client: NewClient & { readonly isPublic: true },
): Promise<{ readonly clientId: string }>;
export async function createClient(
  database: Database,
  client: NewClient & { readonly isPublic?: false },
): Promise<ConfidentialClient>;
export async function createClient(
  database: Database,
  client: NewClient,
): Promise<{ readonly clientId: string; readonly clientSecret?: string }> {
  requireSense(client);
  const clientId = client.clientId ?? randomUUID();
  const clientSecret = client.isPublic === true ? undefined : generateClientSecret();
  await database.transaction((tx) =>
    tx.query(
      `insert into identity.client
         (id, tenant_id, name, secret_hash, redirect_uris, grant_types, scopes, first_party)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        clientId,
        client.tenantId,
        client.name,
        clientSecret === undefined ? null : hashClientSecret(clientSecret),
        client.redirectUris ?? [],
        client.grantTypes,
        client.scopes,
        client.isFirstParty === true,
      ],
    ),
  );
  return clientSecret === undefined ? { clientId } : { clientId, clientSecret };
}

function requireSense(client: NewClient): void {
  const { clientId, name, grantTypes, redirectUris = [], isPublic = false } = client;
  if (clientId !== undefined && !CLIENT_ID.test(clientId)) {
    throw new IdentityInputError('A client id has 3 to 64 letters, digits, dots, underscores and hyphens.');
  }
  if (name.trim() === '') {
    throw new IdentityInputError('A client needs a name.');
  }
  if (grantTypes.length === 0) {
    throw new IdentityInputError('A client needs a grant type: client_credentials or authorization_code.');
  }
  if (isPublic && grantTypes.includes('client_credentials')) {
    throw new IdentityInputError('A public client cannot have the grant type client_credentials: it has no secret.');
  }
  if (grantTypes.includes('refresh_token') && !grantTypes.includes('authorization_code')) {
    throw new IdentityInputError('The grant type refresh_token comes with authorization_code only.');
  }
  if (grantTypes.includes('authorization_code') !== redirectUris.length > 0) {
    throw new IdentityInputError('Redirect URIs and the grant type authorization_code need each other.');
  }
  requireRedirectUris(redirectUris);
  requireKnownScopes(client.scopes);
}
