import { findDuplicateMember } from './find-duplicate-member.js';
import { findSyntaxFault } from './find-syntax-fault.js';
import type { JsonValue } from './json-number.js';
import { JsonSyntaxError } from './json-syntax-error.js';
import { parseKeepingNumbers } from './parse-keeping-numbers.js';
import { scanJson } from './scan-json.js';

/**
 * A raw number costs about 2 µs and 200 bytes: 10 MB of `1.0,` would take seconds and half a gigabyte. A bundle of
 * 20,000 laboratory results has fewer.
 */
const MAX_KEPT_NUMBERS = 100_000;

/**
 * Reads JSON and keeps what FHIR needs kept: a number whose spelling matters (R4 "decimal": the precision is
 * significant) comes as raw JSON that `JSON.stringify` writes back unchanged. Other numbers are plain numbers.
 * @throws JsonSyntaxError for text that is not JSON; for an object with two members of one name, of which `JSON.parse`
 * would silently drop the first (R4 json.html: property names are unique); for more kept numbers than is reasonable
 */
export function parseJson(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    const fault = findSyntaxFault(text);
    throw new JsonSyntaxError(fault.reason, text, fault.offset);
  }
  const scan = scanJson(text);
  if (scan.members !== countMembers(value)) {
    throw new JsonSyntaxError('An object has two members of the same name', text, findDuplicateMember(text));
  }
  const { inexactNumbers } = scan;
  if (inexactNumbers.length > 2 * MAX_KEPT_NUMBERS) {
    const reason = `More than ${MAX_KEPT_NUMBERS} numbers are in a spelling that has to be kept`;
    throw new JsonSyntaxError(reason, text, inexactNumbers[2 * MAX_KEPT_NUMBERS]!);
  }
  return inexactNumbers.length > 0 ? parseKeepingNumbers(text, inexactNumbers) : value;
}

/** Members of every object in a parsed value. Keeps its own stack: a text may be nested as deeply as it is long. */
function countMembers(root: JsonValue): number {
  if (typeof root !== 'object' || root === null) return 0;
  const pending: object[] = [root];
  let members = 0;
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (typeof item === 'object' && item !== null) pending.push(item);
    } else {
      for (const name in value) {
        members += 1;
        const member = (value as Record<string, unknown>)[name];
        if (typeof member === 'object' && member !== null) pending.push(member);
      }
    }
  }
  return members;
}
