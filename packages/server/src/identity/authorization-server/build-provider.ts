import {
  type Client,
  type Configuration,
  errors,
  type JWKS,
  type KoaContextWithOIDC,
  Provider,
  type ResourceServer,
} from 'oidc-provider';
import { isClientSecret } from '../clients/client-secret.js';
import { findClient } from '../clients/client-reader.js';
import { AUTHORIZATION_SERVER_PATH, type IdentityConfig, issuerOf, lifetimesS } from '../identity-config.js';
import { deriveKey } from '../keys/key-sealer.js';
import type { KeySet } from '../keys/key-ring.js';
import { SIGNING_ALGORITHM } from '../keys/signing-key.js';
import { TENANT_CLAIM, TENANT_ID_CLAIM } from '../tokens/access-token-verifier.js';
import type { UserReader } from '../users/user-reader.js';
import type { Database } from '../../platform/database/index.js';
import { findAccount, type UserAccount } from './accounts.js';
import { clientFacts, clientMetadata, extraClientMetadata } from './client-metadata.js';
import { grantScopes, SIGN_IN_SCOPES, wantsResources } from './grant-scopes.js';
import { buildInteractionPolicy, loadExistingGrant } from './interaction-policy.js';
import { OidcPayloadStore } from './oidc-payload-store.js';
import { errorPage, signOutPage, signedOutPage } from './pages/pages.js';
import { PAGE_HEADERS } from './pages/layout.js';

export interface ProviderParts {
  readonly config: IdentityConfig;
  readonly database: Database;
  readonly users: UserReader;
}

/** The authorization server with the keys of a moment; all its state is in the database. */
export function buildProvider(parts: ProviderParts, keys: KeySet): Provider {
  const provider = new Provider(issuerOf(parts.config), configuration(parts, keys));
  // Scheme and host come from the configuration, see mountAuthorizationServer.
  provider.proxy = true;
  // What is registered is a hash, so the secret that was sent is hashed before the two are compared.
  Object.defineProperty(provider.Client.prototype, 'compareClientSecret', {
    value(this: { readonly clientSecret: string }, secret: string): boolean {
      return isClientSecret(secret, Buffer.from(this.clientSecret, 'hex'));
    },
  });
  return provider;
}

function configuration(parts: ProviderParts, keys: KeySet): Configuration {
  const { config, database, users } = parts;
  const cookie = {
    httpOnly: true,
    sameSite: 'lax',
    signed: true,
    secure: config.publicUrl.startsWith('https:'),
  } as const;
  const baseResource = config.fhirBaseUrl;
  return {
    adapter: (model: string) =>
      model === 'Client'
        ? clientStore(database, new OidcPayloadStore(database, model))
        : new OidcPayloadStore(database, model),
    jwks: publishedKeys(keys),
    cookies: {
      keys: [deriveKey(config.identityEncryptionKey, 'cookies').toString('base64')],
      names: { session: 'healthcare_session', interaction: 'healthcare_sign_in', resume: 'healthcare_resume' },
      long: cookie,
      short: cookie,
    },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    clientDefaults: { id_token_signed_response_alg: SIGNING_ALGORITHM, grant_types: [], response_types: [] },
    clientBasedCORS: (_ctx, origin, client) =>
      (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
    extraClientMetadata: { properties: extraClientMetadata },
    scopes: [...SIGN_IN_SCOPES],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    // A token for the FHIR API does not open userinfo, so what would be there stands in the id token.
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    // The audience that SMART App Launch demands; ours is the only one.
    extraParams: { aud: (_ctx, value) => requireAudience(value, baseResource) },
    ttl: {
      AccessToken: lifetimesS.userAccessToken,
      ClientCredentials: lifetimesS.systemAccessToken,
      AuthorizationCode: lifetimesS.authorizationCode,
      IdToken: lifetimesS.idToken,
      Interaction: lifetimesS.interaction,
      Session: lifetimesS.session,
      RefreshToken: lifetimesS.refreshToken,
      Grant: lifetimesS.refreshToken,
    },
    features: {
      devInteractions: { enabled: false },
      // Not understood by the guard, which takes bearer tokens: a token that claims more protection is not issued.
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: isOwnToken },
      introspection: { enabled: true, allowedPolicy: isOwnToken },
      userinfo: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => sendPage(ctx, signOutPage(form)),
        postLogoutSuccessSource: (ctx) => sendPage(ctx, signedOutPage()),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx) => (isResourceRequest(ctx) ? baseResource : []),
        useGrantedResource: () => true,
        getResourceServerInfo: async (ctx, resource, client) => {
          requireAudience(resource, baseResource);
          const scope = grantScopes(ctx, client, await accountOf(users, ctx));
          return resourceServer(ctx, keys, baseResource, scope);
        },
      },
    },
    extraTokenClaims: (_ctx, token) => {
      if (token.client === undefined) {
        throw new TypeError('A token without a client belongs to no clinic.');
      }
      const { tenant, tenantId } = clientFacts(token.client);
      return { [TENANT_CLAIM]: tenant, [TENANT_ID_CLAIM]: tenantId };
    },
    findAccount: (ctx, id) => findAccount(users, ctx, id),
    loadExistingGrant,
    interactions: {
      policy: buildInteractionPolicy(),
      url: (_ctx, interaction) => `${AUTHORIZATION_SERVER_PATH}/interaction/${interaction.uid}`,
    },
    renderError: (ctx, out) => sendPage(ctx, errorPage(out)),
  };
}

/** The key that signs stands first: the first one that fits is used for id tokens. */
function publishedKeys({ signing, published }: KeySet): JWKS {
  const ordered = [signing, ...published.filter((key) => key.kid !== signing.kid)];
  return { keys: ordered.map(({ kid, privateJwk }) => ({ ...privateJwk, kid, alg: SIGNING_ALGORITHM, use: 'sig' })) };
}

/** Clients are read from their own table, and never written by the protocol. */
function clientStore(database: Database, store: OidcPayloadStore): OidcPayloadStore {
  store.find = async (id) => {
    const client = await findClient(database, id);
    return client === undefined ? undefined : clientMetadata(client);
  };
  return store;
}

function resourceServer(ctx: KoaContextWithOIDC, keys: KeySet, audience: string, scope: string): ResourceServer {
  const isSystem = ctx.oidc.params?.grant_type === 'client_credentials';
  return {
    scope,
    audience,
    accessTokenFormat: 'jwt',
    accessTokenTTL: isSystem ? lifetimesS.systemAccessToken : lifetimesS.userAccessToken,
    jwt: { sign: { alg: SIGNING_ALGORITHM, kid: keys.signing.kid } },
  };
}

/** A sign-in that asks only who somebody is gets a token for userinfo; everything else is about resources. */
function isResourceRequest(ctx: KoaContextWithOIDC): boolean {
  const scopes = [...ctx.oidc.requestParamScopes];
  return scopes.length === 0 || ctx.oidc.params?.grant_type === 'client_credentials' || wantsResources(scopes);
}

/** The person whose rights bound this request, as far as it is known who will have signed in at its end. */
async function accountOf(users: UserReader, ctx: KoaContextWithOIDC): Promise<UserAccount | undefined> {
  const { account, session, route, prompts } = ctx.oidc;
  if (account !== undefined) {
    return account as UserAccount;
  }
  const id = session?.accountId;
  return id === undefined || (route === 'authorization' && prompts.has('login'))
    ? undefined
    : findAccount(users, ctx, id);
}

/** A client learns of its own tokens and ends its own; of others' it learns not even that they exist. */
function isOwnToken(
  _ctx: KoaContextWithOIDC,
  client: Client,
  token: { readonly clientId?: string | undefined },
): boolean {
  return token.clientId === client.clientId;
}

function requireAudience(value: string | undefined, baseResource: string): void {
  if (value !== undefined && value.replace(/\/$/, '') !== baseResource) {
    throw new errors.InvalidTarget('tokens of this server are for its FHIR API only');
  }
}

function sendPage(ctx: KoaContextWithOIDC, page: string): void {
  ctx.set(PAGE_HEADERS);
  ctx.type = 'html';
  ctx.body = page;
}
