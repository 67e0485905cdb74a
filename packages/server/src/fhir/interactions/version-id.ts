import { FhirError } from '../../platform/errors/index.js';

/** Largest version number that is stored (a 32-bit column). */
const MAX_VERSION = 2_147_483_647;

/** The weak ETag of a version: `W/"3"`. */
export function etagOf(version: number): string {
  return `W/"${version}"`;
}

/** The version number that a path segment names; undefined: no version of ours is called so. */
export function parseVersionId(text: string): number | undefined {
  if (!/^[1-9]\d{0,9}$/.test(text)) {
    return undefined;
  }
  const version = Number(text);
  return version <= MAX_VERSION ? version : undefined;
}

/**
 * The versions that an If-Match or If-None-Match header names; `'*'`: any.
 *
 * @throws {FhirError} 400 when the header is not a list of entity tags.
 */
export function parseEtags(header: string): '*' | ReadonlySet<string> {
  if (header.trim() === '*') {
    return '*';
  }
  const tags = header
    .split(',')
    .map((tag) => /^\s*(?:W\/)?"([^"]*)"\s*$/.exec(tag)?.[1] ?? /^\s*([A-Za-z0-9.-]+)\s*$/.exec(tag)?.[1]);
  if (tags.some((tag) => tag === undefined)) {
    throw FhirError.of(400, 'value', 'If-Match and If-None-Match take entity tags such as W/"3".');
  }
  return new Set(tags as string[]);
}
