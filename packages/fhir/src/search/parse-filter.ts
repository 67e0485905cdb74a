import { isResourceType } from '../definitions/resource-types.js';
import { parseDate, parseReference, parseString, parseToken, parseUri } from './parse-operands.js';
import type { ParseSearchOptions, ResolvedName } from './parse-search-options.js';
import { SearchError } from './search-error.js';
import type { SearchParameter, SearchParameterType } from './search-parameter.js';
import type { DateOperand, SearchFilter } from './search-query.js';
import { splitValue, unescapeValue } from './split-value.js';

const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');
const ID = /^[A-Za-z0-9.-]{1,64}$/;

/** Modifiers by the type of the parameter; a reference also takes a resource type. */
const MODIFIERS: Partial<Record<SearchParameterType, readonly string[]>> = {
  token: ['not', 'missing'],
  string: ['exact', 'contains', 'missing'],
  reference: ['missing'],
  date: ['missing'],
  uri: ['missing'],
};

/**
 * Reads the value of a parameter by its type and modifier.
 *
 * @throws {SearchError} for a modifier that it does not take, or a value that has not its form.
 */
export function parseFilter(
  { name, parameter, modifier }: ResolvedName,
  value: string,
  options: Pick<ParseSearchOptions, 'baseUrl' | 'nowMs'>,
): SearchFilter {
  const parts = splitValue(value, ',');
  if (parts.some((part) => part.trim() === '')) {
    throw SearchError.of('value', name, `${name} has an empty value.`);
  }
  const nowMs = options.nowMs ?? Date.now();
  if (parameter.code === '_id' || parameter.code === '_lastUpdated') {
    refuseModifier(name, modifier, []);
    return parameter.code === '_id'
      ? { kind: 'id', ids: parts.map((part) => parseId(part, name)) }
      : { kind: 'lastUpdated', operands: parts.map((part) => clamp(parseDate(part, name, nowMs))) };
  }
  if (modifier === 'missing') {
    return parseMissing(name, parameter, value);
  }
  const allowed = MODIFIERS[parameter.type] ?? [];
  switch (parameter.type) {
    case 'token':
      refuseModifier(name, modifier, allowed);
      return {
        kind: 'token',
        parameter,
        modifier: modifier as 'not' | undefined,
        operands: parts.map((part) => parseToken(part, name)),
      };
    case 'string':
      refuseModifier(name, modifier, allowed);
      return {
        kind: 'string',
        parameter,
        modifier: modifier as 'exact' | 'contains' | undefined,
        operands: parts.map((part) => parseString(part, name, modifier === 'exact')),
      };
    case 'reference': {
      const type = modifier !== undefined && isResourceType(modifier) ? modifier : undefined;
      if (type === undefined) {
        refuseModifier(name, modifier, [...allowed, ...parameter.targets]);
      }
      const operands = parts.map((part) => parseReference(part, name, parameter, type, options.baseUrl));
      return { kind: 'reference', parameter, modifier: undefined, operands };
    }
    case 'date':
      refuseModifier(name, modifier, allowed);
      return {
        kind: 'date',
        parameter,
        modifier: undefined,
        operands: parts.map((part) => parseDate(part, name, nowMs)),
      };
    default:
      refuseModifier(name, modifier, allowed);
      return { kind: 'uri', parameter, modifier: undefined, operands: parts.map(parseUri) };
  }
}

function refuseModifier(name: string, modifier: string | undefined, allowed: readonly string[]): void {
  if (modifier === undefined || allowed.includes(modifier)) {
    return;
  }
  const parameter = name.split(':', 1)[0]!;
  const taken = allowed.length === 0 ? 'none' : allowed.map((known) => `:${known}`).join(', ');
  throw SearchError.of('not-supported', name, `${parameter} does not take this modifier; it takes ${taken}.`);
}

function parseMissing(name: string, parameter: SearchParameter, value: string): SearchFilter {
  const { storedAs } = parameter;
  if (storedAs.expression !== parameter.expression) {
    // Its values are those of the wider parameter, whose presence does not say what type they lead to.
    throw SearchError.of('not-supported', name, `${name} is not supported: use ${storedAs.code}:missing.`);
  }
  if (value !== 'true' && value !== 'false') {
    throw SearchError.of('value', name, `${name} is true or false.`);
  }
  return { kind: 'missing', parameter: storedAs, missing: value === 'true' };
}

/** Of all time, the years that every clock and database can write: nothing was updated outside of them. */
function clamp(operand: DateOperand): DateOperand {
  return { ...operand, low: Math.max(operand.low, FIRST_MS), high: Math.min(operand.high, LAST_MS) };
}

function parseId(text: string, name: string): string {
  const id = unescapeValue(text);
  if (!ID.test(id)) {
    throw SearchError.of('value', name, 'An id has 1 to 64 of the characters A-Z a-z 0-9 - and . only.');
  }
  return id;
}
