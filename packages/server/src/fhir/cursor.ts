import { FhirError } from '../platform/errors/index.js';

/** Where a page ended: the sort values of its last row, as integers; compared in order. */
export type Cursor = readonly [bigint, ...bigint[]];

const MAX_INT8 = 9_223_372_036_854_775_807n;

/** A cursor as it stands in a `next` link. */
export function formatCursor(cursor: Cursor): string {
  return Buffer.from(cursor.join('.')).toString('base64url');
}

/**
 * @param parts How many integers it must have.
 * @throws {FhirError} 400 for a text that `formatCursor` did not make.
 */
export function parseCursor(text: string, parts: number): Cursor {
  const numbers = Buffer.from(text, 'base64url').toString('latin1').split('.');
  if (numbers.length !== parts || !numbers.every((number) => /^-?\d{1,19}$/.test(number))) {
    throw notOurs();
  }
  const [first, ...rest] = numbers.map(BigInt);
  if (first === undefined || [first, ...rest].some((number) => number > MAX_INT8 || number < -MAX_INT8)) {
    throw notOurs();
  }
  return [first, ...rest];
}

function notOurs(): FhirError {
  return FhirError.of(400, 'value', 'The page is not one of this server: start again from the first.');
}
