import { resourceTypes, supportedSearchParameters } from '@healthcare/fhir';

const TYPE_INTERACTIONS = [
  'read',
  'vread',
  'update',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
];
const SYSTEM_INTERACTIONS = ['transaction', 'batch', 'history-system'];

/**
 * What this server can do, made from what it does: the types it stores and the parameters that its search compiles.
 *
 * @param started When this process began; the statement changes with the software, not with time.
 * @returns A CapabilityStatement of kind `instance`.
 */
export function capabilityStatement(
  publicUrl: string,
  softwareVersion: string,
  started: Date,
): Record<string, unknown> {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: started.toISOString(),
    kind: 'instance',
    software: { name: 'Healthcare Backend', version: softwareVersion },
    implementation: { description: 'Healthcare Backend, FHIR R4', url: `${publicUrl}/fhir/R4` },
    fhirVersion: '4.0.1',
    format: ['json', 'application/fhir+json'],
    rest: [
      {
        mode: 'server',
        security: security(publicUrl),
        resource: resourceTypes.map((type) => ({
          type,
          interaction: TYPE_INTERACTIONS.map((code) => ({ code })),
          versioning: 'versioned-update',
          readHistory: true,
          updateCreate: true,
          conditionalCreate: true,
          conditionalRead: 'full-support',
          conditionalUpdate: true,
          conditionalDelete: 'single',
          searchParam: supportedSearchParameters(type).map(({ code, url, type: kind }) => ({
            name: code,
            definition: url,
            type: kind,
          })),
        })),
        interaction: SYSTEM_INTERACTIONS.map((code) => ({ code })),
      },
    ],
  };
}

function security(publicUrl: string): Record<string, unknown> {
  return {
    extension: [
      {
        url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
        extension: [
          { url: 'token', valueUri: `${publicUrl}/oauth/token` },
          { url: 'authorize', valueUri: `${publicUrl}/oauth/auth` },
        ],
      },
    ],
    service: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'SMART-on-FHIR' }],
      },
    ],
  };
}
