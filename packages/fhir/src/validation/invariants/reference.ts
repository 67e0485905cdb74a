import { isResourceType } from '../../definitions/resource-types.js';
import type { Invariant } from './invariant.js';

const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:[^ \t\n\r]+$/;
/** `Patient/123`, `Patient/123/_history/4`. */
const RELATIVE = /^([A-Z][A-Za-z]{1,63})\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;
/** In a transaction, a search that finds the target (R4 http.html#transaction, "conditional references"). */
const CONDITIONAL = /^([A-Z][A-Za-z]{1,63})\?[^ \t\n\r]+$/;
const REST_URL = /\/([A-Z][A-Za-z]{1,63})\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/**
 * R4 references.html#literal, and ref-1: what `#` names is contained. A target of another type than the element names is
 * only a warning: the published examples have such targets (DeviceMetric.parent, MedicationRequest's performer).
 */
export const checkReference: Invariant = (value, issues, scope, targets) => {
  const { reference } = value;
  if (typeof reference !== 'string' || reference.length === 0) return;
  if (reference.startsWith('#')) {
    if (reference === '#' || scope.containedIds.has(reference.slice(1))) return;
    issues.add('invariant', 'Expected a reference to a contained resource that is there (ref-1)', 'reference');
    return;
  }
  const type = (RELATIVE.exec(reference) ?? CONDITIONAL.exec(reference))?.[1];
  if (type === undefined && !ABSOLUTE.test(reference)) {
    issues.add('value', 'Expected a reference: Type/id, #id, an absolute URL or urn:uuid:…', 'reference');
  } else if (type !== undefined && !isResourceType(type)) {
    issues.add('value', 'Expected a reference to a resource type of FHIR R4', 'reference');
  } else if (!isTarget(type ?? typeInUrl(reference), targets)) {
    issues.warn('value', `Expected a reference to ${targets.join(', ')}`, 'reference');
  }
};

/** Of an absolute URL that looks like one of a FHIR server. */
function typeInUrl(reference: string): string | undefined {
  const type = /^https?:/.test(reference) ? REST_URL.exec(reference)?.[1] : undefined;
  return type !== undefined && isResourceType(type) ? type : undefined;
}

function isTarget(type: string | undefined, targets: readonly string[]): boolean {
  return type === undefined || targets.length === 0 || targets.includes(type);
}
