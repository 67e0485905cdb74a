import { isResourceType } from '../definitions/resource-types.js';
import { parseDateRange } from './date-range.js';
import { foldString, MAX_NORMALIZED_LENGTH, normalizeString } from './normalize-string.js';
import { SearchError } from './search-error.js';
import type { SearchParameter } from './search-parameter.js';
import type {
  DateOperand,
  DatePrefix,
  ReferenceOperand,
  StringOperand,
  TokenOperand,
  UriOperand,
} from './search-query.js';
import { splitValue, unescapeValue } from './split-value.js';
import { normalizeReference } from './values/reference-values.js';

const ID = /^[A-Za-z0-9.-]{1,64}$/;
const UNESCAPED_PLUS = / (?=\d\d:\d\d$)/;
const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d.*)$/;

/** `code`, `system|code`, `|code` or `system|`. */
export function parseToken(text: string, name: string): TokenOperand {
  const [first, second, ...more] = splitValue(text, '|').map(unescapeValue);
  if (more.length > 0) {
    throw SearchError.of(
      'value',
      name,
      `${name} takes code, system|code, |code or system|: a | in a value is written as \\|.`,
    );
  }
  if (second === undefined) {
    return { system: undefined, code: first! };
  }
  if (first === '' && second === '') {
    throw SearchError.of('value', name, `${name} has neither a system nor a code.`);
  }
  return { system: first === '' ? null : first!, code: second === '' ? undefined : second };
}

/** @param isExact Whether the whole text has to be equal: it may then be of any length and of any characters. */
export function parseString(text: string, name: string, isExact: boolean): StringOperand {
  const value = unescapeValue(text);
  const folded = foldString(value);
  if (!isExact && folded === '') {
    throw SearchError.of('value', name, `${name} needs a letter or a digit: punctuation and white space do not count.`);
  }
  if (!isExact && folded.length > MAX_NORMALIZED_LENGTH) {
    throw SearchError.of('too-long', name, `${name} is searched by up to ${MAX_NORMALIZED_LENGTH} characters.`);
  }
  return { value, normalized: normalizeString(value) };
}

/** The value of a uri parameter is compared as it is, in every character. */
export function parseUri(text: string): UriOperand {
  return { value: unescapeValue(text) };
}

/**
 * `123`, `Patient/123`, an absolute URL, or a canonical with or without `|version`. A bare id means every type that the
 * parameter may lead to.
 *
 * @param type The type of a `:Type` modifier.
 */
export function parseReference(
  text: string,
  name: string,
  parameter: SearchParameter,
  type: string | undefined,
  baseUrl: string | undefined,
): ReferenceOperand {
  const [url = '', ...version] = unescapeValue(text).split(/(?=\|)/);
  const reference = normalizeReference(url, baseUrl);
  if (ID.test(reference)) {
    const types = type === undefined ? parameter.targets : [type];
    if (types.length === 0) {
      throw SearchError.of('value', name, `${name} may lead to any type: give one, as in ${name}=Patient/123.`);
    }
    return { targets: types.map((target) => `${target}/${reference}`) };
  }
  const relative = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/.exec(reference);
  if (relative !== null && !isResourceType(relative[1]!)) {
    throw SearchError.of('value', name, `${name} names a resource type that R4 does not have.`);
  }
  const isUrl = /^[a-z][a-z0-9+.-]*:\S+$/i.test(reference);
  if (relative === null && !isUrl) {
    throw SearchError.of('value', name, `${name} takes an id, Type/id or an absolute URL.`);
  }
  const given = relative?.[1] ?? /\/([A-Z][A-Za-z]+)\/[A-Za-z0-9.-]{1,64}$/.exec(reference)?.[1];
  const allowed = type === undefined ? narrowedTo(parameter) : [type];
  // A reference to another type than the parameter narrows to matches nothing, which is an answer and no mistake.
  const isAllowed = allowed === undefined || given === undefined || allowed.includes(given);
  return { targets: isAllowed ? [reference + version.join('')] : [] };
}

/** A date with one of the prefixes. @param nowMs The present, from which `ap` is wider the farther a date lies. */
export function parseDate(text: string, name: string, nowMs: number): DateOperand {
  // A + that was not escaped in a URL arrives as a space, and stands nowhere but before the offset.
  const match = PREFIXED.exec(unescapeValue(text).replace(UNESCAPED_PLUS, '+'));
  const range = match === null ? undefined : parseDateRange(match[2]!);
  if (range === undefined) {
    throw SearchError.of(
      'value',
      name,
      `${name} takes a date such as 2024, 2024-02, 2024-02-29 or 2024-02-29T10:15:00Z, after eq, ne, gt, lt, ge, le, sa, eb or ap.`,
    );
  }
  const prefix = (match![1] ?? 'eq') as DatePrefix;
  if (prefix !== 'ap') {
    return { prefix, ...range };
  }
  const marginMs = Math.round(Math.abs(nowMs - range.low) * 0.1);
  return { prefix, low: range.low - marginMs, high: range.high + marginMs };
}

/** Types to which a parameter narrows the one it is stored as. */
function narrowedTo(parameter: SearchParameter): readonly string[] | undefined {
  return parameter.storedAs === parameter ? undefined : parameter.targets;
}
