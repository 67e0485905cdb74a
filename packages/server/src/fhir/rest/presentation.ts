import { parseJson } from '@healthcare/fhir';
import { FhirError } from '../../platform/errors/index.js';
import type { QueryPairs } from '../../platform/http/index.js';

/** How the answer is to be written. */
export interface Presentation {
  readonly pretty: boolean;
}

/** Media types that mean FHIR as JSON, in `_format` and in `Accept`. */
const JSON_FORMATS = new Set([
  'json',
  'application/json',
  'application/fhir+json',
  'application/json+fhir',
  'text/json',
]);
const ANY = new Set(['*/*', 'application/*', 'text/html', 'application/xhtml+xml']);

/**
 * Negotiates the format: `_format` goes before `Accept`.
 *
 * @throws {FhirError} 406 when the caller takes no JSON.
 */
export function negotiate(query: QueryPairs, accept: string | undefined): Presentation {
  const format = query.find(([name]) => name === '_format')?.[1];
  const acceptable =
    format === undefined
      ? accept === undefined || accept.trim() === '' || accept.split(',').map(mediaType).some(isAcceptable)
      : JSON_FORMATS.has(mediaType(format));
  if (!acceptable) {
    throw FhirError.of(406, 'not-supported', 'This server speaks JSON only: application/fhir+json.');
  }
  const pretty = query.find(([name]) => name === '_pretty')?.[1];
  if (pretty !== undefined && pretty !== 'true' && pretty !== 'false') {
    throw FhirError.of(400, 'value', '_pretty is true or false.');
  }
  return { pretty: pretty === 'true' };
}

/** The body as it goes over the wire: untouched unless it is to be indented. */
export function present(body: string, presentation: Presentation): string {
  return presentation.pretty ? `${JSON.stringify(parseJson(body), null, 2)}\n` : body;
}

function isAcceptable(type: string): boolean {
  return JSON_FORMATS.has(type) || ANY.has(type);
}

/** `application/fhir+json; fhirVersion=4.0` without its parameters. A `+` in `_format` may have come as a space. */
function mediaType(text: string): string {
  return text.split(';', 1)[0]!.trim().toLowerCase().replace('fhir json', 'fhir+json');
}
