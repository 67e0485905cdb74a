import { SearchError } from './search-error.js';
import type { SearchQuery, SummaryMode, TotalMode } from './search-query.js';

/** Parameters that shape the result and select nothing. */
export const RESULT_PARAMETERS: ReadonlySet<string> = new Set([
  '_count',
  '_cursor',
  '_elements',
  '_format',
  '_pretty',
  '_sort',
  '_summary',
  '_total',
]);

export type ResultParameters = {
  -readonly [Name in 'sort' | 'count' | 'total' | 'summary' | 'elements' | 'cursor']?: SearchQuery[Name];
};

/**
 * Reads one of `RESULT_PARAMETERS`. `_format` and `_pretty` are the business of who writes the answer.
 *
 * @throws {SearchError} for a value that it does not take.
 */
export function parseResultParameter(name: string, value: string, maxCount: number): ResultParameters {
  if (value.trim() === '') {
    throw SearchError.of('value', name, `${name} has an empty value.`);
  }
  switch (name) {
    case '_count':
      return { count: parseCount(value, maxCount) };
    case '_total':
      return { total: oneOf<TotalMode>(name, value, ['none', 'estimate', 'accurate']) };
    case '_summary':
      return { summary: oneOf<SummaryMode>(name, value, ['true', 'text', 'data', 'count', 'false']) };
    case '_elements':
      return { elements: parseElements(value) };
    case '_cursor':
      return { cursor: value };
    case '_sort':
      return { sort: parseSort(value) };
    default:
      return {};
  }
}

function parseCount(value: string, maxCount: number): number {
  if (!/^\d{1,15}$/.test(value)) {
    throw SearchError.of('value', '_count', '_count is a whole number from 0 on.');
  }
  return Math.min(Number(value), maxCount);
}

function parseElements(value: string): readonly string[] {
  const elements = value.split(',').map((element) => element.trim());
  if (elements.includes('')) {
    throw SearchError.of('value', '_elements', '_elements takes names of elements, separated by commas.');
  }
  return elements;
}

function parseSort(value: string): SearchQuery['sort'] {
  if (value !== '_lastUpdated' && value !== '-_lastUpdated') {
    throw SearchError.of('not-supported', '_sort', '_sort takes _lastUpdated or -_lastUpdated.');
  }
  return { by: '_lastUpdated', descending: value.startsWith('-') };
}

function oneOf<Value extends string>(name: string, value: string, values: readonly Value[]): Value {
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) {
    throw SearchError.of('value', name, `${name} is one of ${values.join(', ')}.`);
  }
  return found;
}
