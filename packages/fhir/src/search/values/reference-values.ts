import type { TypedValue } from '../../fhirpath/compile-expression.js';

const VERSION = /\/_history\/[A-Za-z0-9.-]{1,64}$/;

/** The target that a value leads to; none for a contained resource or a reference by identifier alone. */
export function targetsOf({ type, value }: TypedValue, baseUrl: string | undefined): readonly string[] {
  if (type === 'Reference') {
    const reference = typeof value === 'object' && value !== null ? (value as { reference?: unknown }).reference : undefined;
    return typeof reference === 'string' ? target(reference, baseUrl) : [];
  }
  if (typeof value !== 'string') {
    return [];
  }
  return type === 'canonical' ? target(value.split('|', 1)[0]!, baseUrl) : target(value, baseUrl);
}

/** `Type/id` for a resource of this server whatever its spelling, else the URL as it is; always without a version. */
export function normalizeReference(reference: string, baseUrl: string | undefined): string {
  const local = baseUrl !== undefined && reference.startsWith(`${baseUrl}/`) ? reference.slice(baseUrl.length + 1) : reference;
  return local.replace(VERSION, '');
}

function target(reference: string, baseUrl: string | undefined): readonly string[] {
  return reference === '' || reference.startsWith('#') ? [] : [normalizeReference(reference, baseUrl)];
}
