import { rawNumber } from './json-number.js';
import { JsonSyntaxError } from './json-syntax-error.js';
import { findDuplicateMember } from './find-duplicate-member.js';
import { findSyntaxFault } from './find-syntax-fault.js';
import { scanJson } from './scan-json.js';

type SourceReviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * Reads JSON and keeps what FHIR needs kept: a number whose spelling matters (R4 "decimal": the precision is
 * significant) comes as raw JSON that `JSON.stringify` writes back unchanged. Other numbers are plain numbers.
 * @throws JsonSyntaxError for text that is not JSON, and for an object with two members of one name, of which
 * `JSON.parse` would silently drop the first (R4 json.html: property names are unique)
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fault = findSyntaxFault(text);
    throw new JsonSyntaxError(fault.reason, text, fault.offset);
  }
  const scan = scanJson(text);
  if (scan.members !== countMembers(value)) {
    throw new JsonSyntaxError('An object has two members of the same name', text, findDuplicateMember(text));
  }
  return scan.hasInexactNumbers ? parseKeepingNumbers(text) : value;
}

/** About eight times slower than `JSON.parse` alone, which is why it is only done when some number needs it. */
function parseKeepingNumbers(text: string): unknown {
  const keepSpelling: SourceReviver = (_key, value, { source }) =>
    typeof value === 'number' && String(value) !== source ? rawNumber(source!) : value;
  try {
    return JSON.parse(text, keepSpelling as (key: string, value: unknown) => unknown);
  } catch {
    // The reviver runs recursively: the text was accepted before, so this is the stack.
    throw new JsonSyntaxError('Objects and arrays are nested too deeply', text, 0);
  }
}

/** Members of every object in a parsed value. Keeps its own stack: a text may be nested as deeply as it is long. */
function countMembers(root: unknown): number {
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
