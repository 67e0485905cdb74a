import { FhirError } from '../errors/index.js';

export type QueryPairs = readonly (readonly [name: string, value: string])[];

/**
 * Decodes `a=1&b=2` in order, repeats kept; `+` is a space.
 *
 * @throws {FhirError} 400 for an escape that is not UTF-8, and for a NUL, which no search value can hold.
 */
export function parseQueryPairs(query: string): QueryPairs {
  if (query === '') {
    return [];
  }
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
    });
}

/** The pairs behind the `?` of a request's URL. */
export function queryPairsOf(url: string): QueryPairs {
  const at = url.indexOf('?');
  return at < 0 ? [] : parseQueryPairs(url.slice(at + 1));
}

/** Writes pairs back, so that the result can stand in a link. */
export function formatQueryPairs(pairs: QueryPairs): string {
  return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
}

function decode(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw FhirError.of(400, 'invalid', 'The query has a %-escape that is not UTF-8.');
  }
  if (decoded.includes('\0')) {
    throw FhirError.of(400, 'invalid', 'The query has a NUL character.');
  }
  return decoded;
}
