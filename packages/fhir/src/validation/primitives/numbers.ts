import { isDecimal } from '../../json/json-number.js';
import type { ValueCheck, ValueFault } from '../validation-issue.js';

const notBoolean: ValueFault = { code: 'structure', diagnostics: 'Expected true or false' };
const notNumber: ValueFault = { code: 'structure', diagnostics: 'Expected a JSON number' };

export const checkBoolean: ValueCheck = (value) => (typeof value === 'boolean' ? undefined : notBoolean);

/** JSON's own number syntax is that of R4 "decimal". */
export const checkDecimal: ValueCheck = (value) => (isDecimal(value) ? undefined : notNumber);

const WHOLE = /^-?\d{1,10}$/;

/** A whole number without fraction or exponent, bounds included (R4 "integer": 32 bits). */
function checkInteger(low: number, high: number): ValueCheck {
  const fault: ValueFault = { code: 'value', diagnostics: `Expected an integer from ${low} to ${high}` };
  const isWithin = (value: number): boolean => Number.isInteger(value) && value >= low && value <= high;
  return (value) => {
    if (typeof value === 'number') return isWithin(value) ? undefined : fault;
    if (!JSON.isRawJSON(value)) return notNumber;
    return isWhole(value.rawJSON, low) && isWithin(Number(value.rawJSON)) ? undefined : fault;
  };
}

/** `1.0` and `1e3` are not integers in FHIR; `-0` is one, but not an unsigned one. */
function isWhole(text: string, low: number): boolean {
  return WHOLE.test(text) && (low < 0 || !text.startsWith('-'));
}

export const checkSignedInteger = checkInteger(-2_147_483_648, 2_147_483_647);
export const checkUnsignedInteger = checkInteger(0, 2_147_483_647);
export const checkPositiveInteger = checkInteger(1, 2_147_483_647);
