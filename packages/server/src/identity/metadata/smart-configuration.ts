import { type IdentityConfig, issuerOf } from '../identity-config.js';

/** `.well-known/smart-configuration` of the FHIR API (SMART App Launch 2, section "Conformance"). */
export function smartConfiguration(config: Pick<IdentityConfig, 'publicUrl'>): Record<string, unknown> {
  const issuer = issuerOf(config);
  return {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/token/revocation`,
    introspection_endpoint: `${issuer}/token/introspection`,
    grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    scopes_supported: ['openid', 'profile', 'offline_access', 'system/*.cruds', 'user/*.cruds'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    capabilities: [
      'launch-standalone',
      'client-public',
      'client-confidential-symmetric',
      'sso-openid-connect',
      'permission-offline',
      'permission-user',
      'permission-v1',
      'permission-v2',
    ],
  };
}
