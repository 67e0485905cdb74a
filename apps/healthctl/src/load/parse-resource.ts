/** What the loader has to know of a resource; the text itself is sent as it was written, decimals and all. */
export interface ResourceHead {
  readonly resourceType: string;
  readonly id?: string;
}

export interface NotAResource {
  readonly problem: string;
}

const typeName = /^[A-Z][A-Za-z]{1,63}$/;
const resourceId = /^[A-Za-z0-9\-.]{1,64}$/;

/** Reads type and id. What is wrong is said without repeating any of the text: it may be a patient's. */
export function parseResource(text: string): (ResourceHead & { readonly value: object }) | NotAResource {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'This is not JSON.' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: 'This is not a JSON object.' };
  }
  const { resourceType, id } = value as { resourceType?: unknown; id?: unknown };
  if (typeof resourceType !== 'string' || !typeName.test(resourceType)) {
    return { problem: 'resourceType is missing or is not the name of a resource type.' };
  }
  if (id === undefined) {
    return { resourceType, value };
  }
  if (typeof id !== 'string' || !resourceId.test(id)) {
    return { problem: 'id is not a FHIR id: up to 64 letters, digits, - and dots.' };
  }
  return { resourceType, id, value };
}

const byteOrderMark = '\uFEFF';

/** Text of UTF-8 bytes without a byte order mark, or undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.startsWith(byteOrderMark) ? text.slice(1) : text;
  } catch {
    return undefined;
  }
}
