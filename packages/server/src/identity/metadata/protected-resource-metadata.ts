import { type IdentityConfig, issuerOf } from '../identity-config.js';

/** Path of the metadata of the FHIR API (RFC 9728, section 3.1: in front of the resource's own path). */
export const PROTECTED_RESOURCE_METADATA_PATH = '.well-known/oauth-protected-resource/fhir/R4';

export function protectedResourceMetadataUrl(config: Pick<IdentityConfig, 'publicUrl'>): string {
  return `${config.publicUrl}/${PROTECTED_RESOURCE_METADATA_PATH}`;
}

/** Which authorization server gives tokens for the FHIR API (RFC 9728). */
export function protectedResourceMetadata(
  config: Pick<IdentityConfig, 'publicUrl' | 'fhirBaseUrl'>,
): Record<string, unknown> {
  return {
    resource: config.fhirBaseUrl,
    authorization_servers: [issuerOf(config)],
    bearer_methods_supported: ['header'],
    scopes_supported: ['system/*.cruds', 'user/*.cruds'],
  };
}
