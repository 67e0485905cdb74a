import { isResourceType } from '@healthcare/fhir';
import { FhirError } from '../../platform/errors/index.js';
import { requireResourceId } from './resource-id.js';

/** What a request wants, as the FHIR RESTful API names it (http://hl7.org/fhir/R4/http.html). */
export type Interaction =
  | { readonly kind: 'read'; readonly type: string; readonly id: string }
  | { readonly kind: 'vread'; readonly type: string; readonly id: string; readonly versionId: string }
  | { readonly kind: 'history-instance'; readonly type: string; readonly id: string }
  | { readonly kind: 'history-type'; readonly type: string }
  | { readonly kind: 'history-system' }
  | { readonly kind: 'search-type'; readonly type: string }
  | { readonly kind: 'create'; readonly type: string }
  /** `id` undefined: conditional. */
  | { readonly kind: 'update'; readonly type: string; readonly id: string | undefined }
  | { readonly kind: 'delete'; readonly type: string; readonly id: string | undefined }
  /** batch or transaction: its body says which. */
  | { readonly kind: 'bundle' };

/**
 * The interaction behind a method and a path below the FHIR base, e.g. `GET` and `Patient/123/_history`.
 *
 * The same grammar serves HTTP and the entries of bundles.
 *
 * @throws {FhirError} 404 for a path that is none, 405 for a method that the path does not take.
 */
export function parseInteraction(method: string, path: string): Interaction {
  const segments = path.split('/').filter((segment) => segment !== '');
  const verb = method === 'HEAD' ? 'GET' : method;
  const [type, id, ...rest] = segments;
  if (type === undefined) {
    return verb === 'POST' ? { kind: 'bundle' } : refuseMethod('POST');
  }
  if (type === '_history' && id === undefined) {
    return verb === 'GET' ? { kind: 'history-system' } : refuseMethod('GET');
  }
  if (!isResourceType(type)) {
    throw FhirError.of(404, 'not-supported', 'The path does not begin with a resource type of FHIR R4.');
  }
  if (id === undefined) {
    return onType(verb, type);
  }
  if (rest.length === 0 && id.startsWith('_')) {
    return onTypeOperation(verb, type, id);
  }
  if (id.startsWith('$') || rest[0]?.startsWith('$') === true) {
    throw FhirError.of(404, 'not-supported', 'There is no such operation: see the CapabilityStatement at /metadata.');
  }
  return onInstance(verb, type, requireResourceId(id), rest);
}

function onType(verb: string, type: string): Interaction {
  switch (verb) {
    case 'GET':
      return { kind: 'search-type', type };
    case 'POST':
      return { kind: 'create', type };
    case 'PUT':
      return { kind: 'update', type, id: undefined };
    case 'DELETE':
      return { kind: 'delete', type, id: undefined };
    default:
      return refuseMethod('GET, POST, PUT, DELETE');
  }
}

function onTypeOperation(verb: string, type: string, operation: string): Interaction {
  if (operation === '_history') {
    return verb === 'GET' ? { kind: 'history-type', type } : refuseMethod('GET');
  }
  if (operation === '_search') {
    return verb === 'POST' ? { kind: 'search-type', type } : refuseMethod('POST');
  }
  throw notFound();
}

function onInstance(verb: string, type: string, id: string, rest: readonly string[]): Interaction {
  const [history, versionId, ...more] = rest;
  if (history === undefined) {
    switch (verb) {
      case 'GET':
        return { kind: 'read', type, id };
      case 'PUT':
        return { kind: 'update', type, id };
      case 'DELETE':
        return { kind: 'delete', type, id };
      default:
        return refuseMethod('GET, PUT, DELETE');
    }
  }
  if (history !== '_history' || more.length > 0) {
    throw notFound();
  }
  if (verb !== 'GET') {
    return refuseMethod('GET');
  }
  return versionId === undefined ? { kind: 'history-instance', type, id } : { kind: 'vread', type, id, versionId };
}

function refuseMethod(allowed: string): never {
  throw new FhirError(
    405,
    { severity: 'error', code: 'not-supported', diagnostics: `This path takes ${allowed}.` },
    { allow: allowed },
  );
}

function notFound(): FhirError {
  return FhirError.of(404, 'not-found', 'There is nothing at this path: see the CapabilityStatement at /metadata.');
}
