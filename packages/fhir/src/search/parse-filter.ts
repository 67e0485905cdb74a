import { isResourceType } from '../definitions/resource-types.js';
import { parseDate, parseReference, parseString, parseToken, parseUri } from './parse-operands.js';
import type { ParseSearchOptions, ResolvedName } from './parse-search-options.js';
import { SearchError } from './search-error.js';
import type { SearchParameterType } from './search-parameter.js';
import type { SearchFilter } from './search-query.js';
import { splitValue, unescapeValue } from './split-value.js';

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
      : { kind: 'lastUpdated', operands: parts.map((part) => parseDate(part, name, nowMs)) };
  }
  if (modifier === 'missing') {
    if (value !== 'true' && value !== 'false') {
      throw SearchError.of('value', name, `${name} is true or false.`);
    }
    return { kind: 'missing', parameter, missing: value === 'true' };
  }
  const allowed = MODIFIERS[parameter.type] ?? [];
  switch (parameter.type) {
    case 'token':
      refuseModifier(name, modifier, allowed);
      return { kind: 'token', parameter, modifier: modifier as 'not' | undefined, operands: parts.map((part) => parseToken(part, name)) };
    case 'string':
      refuseModifier(name, modifier, allowed);
      return {
        kind: 'string',
        parameter,
        modifier: modifier as 'exact' | 'contains' | undefined,
        operands: parts.map((part) => parseString(part, name)),
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
      return { kind: 'date', parameter, modifier: undefined, operands: parts.map((part) => parseDate(part, name, nowMs)) };
    default:
      refuseModifier(name, modifier, allowed);
      return { kind: 'uri', parameter, modifier: undefined, operands: parts.map(parseUri) };
  }
}

function refuseModifier(name: string, modifier: string | undefined, allowed: readonly string[]): void {
  if (modifier === undefined || allowed.includes(modifier)) {
    return;
  }
  const [parameter] = name.split(':', 1);
  throw SearchError.of(
    'value',
    name,
    allowed.length === 0
      ? `${parameter} takes no modifier.`
      : `${parameter} takes the modifiers ${allowed.map((known) => `:${known}`).join(', ')}.`,
  );
}

function parseId(text: string, name: string): string {
  const id = unescapeValue(text);
  if (!ID.test(id)) {
    throw SearchError.of('value', name, 'An id has 1 to 64 of the characters A-Z a-z 0-9 - and . only.');
  }
  return id;
}
