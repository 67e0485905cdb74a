import type { TypedValue } from '../../fhirpath/compile-expression.js';
import { normalizeString } from '../normalize-string.js';

/** Parts of a structured value in which a string search looks (R4, search "string": those of type string). */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  HumanName: ['text', 'family', 'given', 'prefix', 'suffix'],
  Address: ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'],
};

/** Words of a name that it is found by at most. */
const MAX_NAME_WORDS = 8;

interface SearchableString {
  readonly value: string;
  readonly normalized: string;
}

/**
 * The strings that a value stands for. A name is also found by each of its words, as R4 asks for: one entry from each
 * word to the end, all with the whole text as `value`, so that `:exact` takes no part for the whole.
 */
export function stringsOf({ type, value, owner }: TypedValue): readonly SearchableString[] {
  const isName = type === 'HumanName' || owner === 'HumanName';
  return textsOf(type, value).flatMap((text) => {
    const normalized = normalizeString(text);
    return isName
      ? wordStarts(normalized).map((start) => ({ value: text, normalized: normalized.slice(start) }))
      : [{ value: text, normalized }];
  });
}

function textsOf(type: string, value: unknown): readonly string[] {
  const parts = PARTS[type];
  const candidates: unknown[] =
    parts === undefined || typeof value !== 'object' || value === null
      ? [value]
      : parts.flatMap((part) => (value as Record<string, unknown>)[part]);
  return candidates.filter((candidate): candidate is string => typeof candidate === 'string' && candidate !== '');
}

function wordStarts(normalized: string): readonly number[] {
  const starts = [0];
  for (
    let at = normalized.indexOf(' ');
    at >= 0 && starts.length < MAX_NAME_WORDS;
    at = normalized.indexOf(' ', at + 1)
  ) {
    if (at + 1 < normalized.length) {
      starts.push(at + 1);
    }
  }
  return starts;
}
