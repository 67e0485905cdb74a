import type { TypedValue } from '../../fhirpath/compile-expression.js';

const VERSION = /\/_history\/[A-Za-z0-9.-]{1,64}$/;

/**
 * The targets that a value leads to; none for a contained resource or a reference by identifier alone. A canonical with
 * a version leads to that version, and to the canonical as such.
 */
export function targetsOf({ type, value }: TypedValue, baseUrl: string | undefined): readonly string[] {
  if (type === 'Reference') {
    const reference =
      typeof value === 'object' && value !== null ? (value as { reference?: unknown }).reference : undefined;
    return typeof reference === 'string' ? targets(reference, baseUrl) : [];
  }
  if (typeof value !== 'string') {
    return [];
  }
  return type === 'canonical' ? withoutVersion(value).flatMap((url) => targets(url, baseUrl)) : targets(value, baseUrl);
}

/** The URIs that a value is found by: as it is, and a canonical also without its version. */
export function urisOf({ type, value }: TypedValue): readonly string[] {
  if (typeof value !== 'string' || value === '') {
    return [];
  }
  return type === 'canonical' ? withoutVersion(value) : [value];
}

/**
 * `Type/id` for a resource of this server whatever its spelling, else the URL as it is; always without the version of
 * the instance. The `|version` of a canonical stays.
 */
export function normalizeReference(reference: string, baseUrl: string | undefined): string {
  const base = baseUrl?.replace(/\/$/, '');
  const local = base !== undefined && reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
  return local.replace(VERSION, '');
}

function targets(reference: string, baseUrl: string | undefined): readonly string[] {
  return reference === '' || reference.startsWith('#') ? [] : [normalizeReference(reference, baseUrl)];
}

/** `url|version` gives `url` and itself. */
function withoutVersion(canonical: string): readonly string[] {
  const at = canonical.indexOf('|');
  return at < 0 ? [canonical] : [canonical.slice(0, at), canonical].filter((url) => url !== '');
}
