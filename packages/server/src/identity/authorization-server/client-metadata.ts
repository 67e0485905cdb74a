import type { AdapterPayload, Client } from 'oidc-provider';
import type { RegisteredClient } from '../clients/client-reader.js';
import { ScopeSet } from '../scope-set.js';

/** Properties of our own that oidc-provider keeps with a client. */
export const extraClientMetadata = ['tenant', 'tenant_id', 'ceiling', 'first_party'];

/** What our code asks of a client in the hands of oidc-provider. */
export interface ClientFacts {
  readonly tenantId: number;
  readonly tenant: string;
  readonly ceiling: ScopeSet;
  readonly isFirstParty: boolean;
}

/** A client in the terms of OpenID Connect registration. */
export function clientMetadata(client: RegisteredClient): AdapterPayload {
  const signsIn = client.grantTypes.includes('authorization_code');
  return {
    client_id: client.id,
    client_name: client.name,
    // The hash stands in for the secret; `compareClientSecret` of `buildProvider` knows.
    ...(client.secretHash === undefined ? {} : { client_secret: client.secretHash.toString('hex') }),
    token_endpoint_auth_method: client.secretHash === undefined ? 'none' : 'client_secret_basic',
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.redirectUris],
    grant_types: [...client.grantTypes],
    response_types: signsIn ? ['code'] : [],
    tenant: client.tenant,
    tenant_id: client.tenantId,
    ceiling: client.scopes.join(' '),
    first_party: client.isFirstParty,
  };
}

export function clientFacts(client: Client): ClientFacts {
  const { tenant, tenant_id: tenantId, ceiling, first_party: isFirstParty } = client.metadata();
  if (typeof tenant !== 'string' || typeof tenantId !== 'number' || typeof ceiling !== 'string') {
    throw new TypeError('The client does not come from the clients of this server.');
  }
  return { tenant, tenantId, ceiling: ScopeSet.parse(ceiling), isFirstParty: isFirstParty === true };
}
