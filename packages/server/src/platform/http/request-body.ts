import { isUtf8 } from 'node:buffer';
import { type JsonValue, JsonSyntaxError, parseJson } from '@healthcare/fhir';
import { FhirError } from '../errors/index.js';

/**
 * Reads a request body as JSON, keeping decimals as they were written.
 *
 * @throws {FhirError} 400 when there is none, it is not UTF-8 or not JSON. The message tells where, never what.
 */
export function readJsonBody(body: unknown): JsonValue {
  if (!Buffer.isBuffer(body) || body.length === 0) {
    throw FhirError.of(400, 'required', 'The request has no body: send the resource as JSON.');
  }
  if (!isUtf8(body)) {
    throw FhirError.of(400, 'structure', 'The body is not UTF-8.');
  }
  try {
    return parseJson(body.toString('utf8'));
  } catch (error) {
    if (error instanceof JsonSyntaxError) {
      throw FhirError.of(400, 'structure', `The body is not JSON: ${error.message}`);
    }
    throw error;
  }
}
