import type { ValueCheck, ValueFault } from '../validation-issue.js';

/** R4 "string": SHALL NOT exceed 1 MB (1024 × 1024 characters). */
export const MAX_STRING_LENGTH = 1_048_576;

// oxlint-disable-next-line no-control-regex -- these are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

const notText: ValueFault = { code: 'structure', diagnostics: 'Expected a JSON string' };
const empty: ValueFault = { code: 'value', diagnostics: 'Expected a string that is not empty' };
const control: ValueFault = {
  code: 'value',
  diagnostics: 'Expected a string without control characters (tab, carriage return and line feed are allowed)',
};
const illFormed: ValueFault = {
  code: 'value',
  diagnostics: 'Expected well-formed Unicode (a surrogate has no partner)',
};
const tooLong: ValueFault = {
  code: 'too-long',
  diagnostics: `Expected at most ${MAX_STRING_LENGTH} characters`,
};

/** A JSON string of any length with characters that FHIR allows. */
export const checkCharacters: ValueCheck = (value) => {
  if (typeof value !== 'string') return notText;
  if (value.length === 0) return empty;
  if (CONTROL.test(value)) return control;
  return value.isWellFormed() ? undefined : illFormed;
};

/** `string` and `markdown`. */
export const checkString: ValueCheck = (value) =>
  typeof value === 'string' && value.length > MAX_STRING_LENGTH ? tooLong : checkCharacters(value);
