import { structures } from '../../definitions/structures.js';
import type { ValueCheck } from '../validation-issue.js';
import { checkXhtml } from '../xhtml/check-xhtml.js';
import { checkBase64 } from './base64.js';
import { checkCalendar } from './dates.js';
import {
  checkBoolean,
  checkDecimal,
  checkPositiveInteger,
  checkSignedInteger,
  checkUnsignedInteger,
} from './numbers.js';
import { checkPattern } from './pattern.js';
import { checkString } from './text.js';

const published = (type: string): string => structures.primitives[type]!;
const pattern = (type: string, expected: string): ValueCheck => checkPattern(published(type), `Expected ${expected}`);
const calendar = (type: string, expected: string): ValueCheck => checkCalendar(published(type), `Expected ${expected}`);
/** At least one character: the published `\S*` matches nothing too, but JSON has no empty values (R4 json.html). */
const uri = checkPattern('\\S+', 'Expected a URI: a string without white space');

/** R4 datatypes.html#primitive: the check of each primitive type. */
export const primitiveChecks: Readonly<Record<string, ValueCheck>> = {
  base64Binary: checkBase64,
  boolean: checkBoolean,
  canonical: uri,
  code: pattern('code', 'a code: no white space at its ends, single spaces inside'),
  date: calendar('date', 'a date: YYYY, YYYY-MM or YYYY-MM-DD'),
  dateTime: calendar('dateTime', 'a dateTime: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a time zone'),
  decimal: checkDecimal,
  id: pattern('id', 'an id: 1 to 64 letters, digits, - and .'),
  instant: calendar('instant', 'an instant: YYYY-MM-DDThh:mm:ss with a time zone'),
  integer: checkSignedInteger,
  markdown: checkString,
  oid: pattern('oid', 'an OID: urn:oid: and numbers joined by dots'),
  positiveInt: checkPositiveInteger,
  string: checkString,
  time: pattern('time', 'a time: hh:mm:ss without a time zone'),
  unsignedInt: checkUnsignedInteger,
  uri,
  url: uri,
  uuid: pattern('uuid', 'a UUID: urn:uuid: and lower-case hexadecimal digits'),
  xhtml: checkXhtml,
};
