import type { TypedValue } from '../../fhirpath/compile-expression.js';

/** Parts of a structured value in which a string search looks; R4 names them for HumanName and Address. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  HumanName: ['text', 'family', 'given', 'prefix', 'suffix'],
  Address: ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'],
};

/** The strings that a value stands for. */
export function stringsOf({ type, value }: TypedValue): readonly string[] {
  const parts = PARTS[type];
  const candidates: unknown[] =
    parts === undefined || typeof value !== 'object' || value === null
      ? [value]
      : parts.flatMap((part) => (value as Record<string, unknown>)[part]);
  return candidates.filter((candidate) => typeof candidate === 'string' && candidate !== '') as string[];
}
