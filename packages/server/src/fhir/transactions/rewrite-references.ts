import type { JsonValue } from '@healthcare/fhir';
import { FhirError } from '../../platform/errors/index.js';
import type { Resource } from '../resource.js';

/** Where each reference of a transaction's resources leads once every resource has its id. */
export interface ReferenceTargets {
  /** By fullUrl (`urn:uuid:…`, absolute or relative) the `Type/id` that the entry got. */
  readonly byFullUrl: ReadonlyMap<string, string>;
  /** By conditional reference (`Type?query`) the `Type/id` that it matches. */
  readonly byCondition: ReadonlyMap<string, string>;
}

const CONDITIONAL = /^[A-Z][A-Za-z]+\?/;

/** Whether a reference is a search for its target: `Practitioner?identifier=…`. */
export function isConditionalReference(reference: string): boolean {
  return CONDITIONAL.test(reference);
}

/** Calls `visit` with every `reference` in a resource. */
export function forEachReference(value: unknown, visit: (reference: string) => void): void {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    if (name === 'reference' && typeof member === 'string') {
      visit(member);
    } else if (typeof member === 'object') {
      forEachReference(member, visit);
    }
  }
}

/**
 * A copy of `resource` with every link to another entry replaced by where that entry is stored: references, elements of
 * type uri, url, oid and uuid, and links in the narrative (http://hl7.org/fhir/R4/http.html#trules).
 *
 * @param path FHIRPath of the resource, for the outcome.
 * @throws {FhirError} 400 for a `urn:` reference to no entry of the bundle.
 */
export function rewriteReferences(resource: Resource, targets: ReferenceTargets, path: string): Resource {
  const rewrite = (value: JsonValue, name: string): JsonValue => {
    if (typeof value === 'string') {
      return rewriteText(value, name, targets, path);
    }
    if (Array.isArray(value)) {
      return value.map((item) => rewrite(item, name));
    }
    if (value === null || typeof value !== 'object' || JSON.isRawJSON(value)) {
      return value;
    }
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rewrite(member, key)]));
  };
  return rewrite(resource as unknown as JsonValue, '') as unknown as Resource;
}

function rewriteText(text: string, name: string, targets: ReferenceTargets, path: string): string {
  if (name === 'reference') {
    const target = targets.byFullUrl.get(text) ?? targets.byCondition.get(text);
    if (target === undefined && /^urn:(?:uuid|oid):/.test(text)) {
      throw FhirError.of(400, 'not-found', 'A reference leads to a urn: that is the fullUrl of no entry.', path);
    }
    return target ?? text;
  }
  if (name === 'div') {
    return text.replace(/\b(href|src)=(["'])([^"']*)\2/g, (whole, attribute: string, quote: string, url: string) => {
      const target = targets.byFullUrl.get(url);
      return target === undefined ? whole : `${attribute}=${quote}${target}${quote}`;
    });
  }
  // `value` is a string and no uri wherever it is called just so (Identifier, ContactPoint).
  return name !== 'value' && text.startsWith('urn:') ? (targets.byFullUrl.get(text) ?? text) : text;
}
