import type { SearchParameter, SearchValue } from './search-parameter.js';
import type { DateOperand, SearchFilter, TokenOperand } from './search-query.js';

/** What a filter needs to know of a resource besides its values. */
export interface MatchedResource {
  readonly id: string;
  readonly lastUpdatedMs: number;
}

/**
 * Whether a resource matches every filter: what the database would find, decided in memory.
 *
 * @param values All that `extractSearchValues` gave for the resource.
 */
export function matchesFilters(
  values: readonly SearchValue[],
  filters: readonly SearchFilter[],
  resource: MatchedResource,
): boolean {
  return filters.every((filter) => matches(values, filter, resource));
}

function matches(values: readonly SearchValue[], filter: SearchFilter, resource: MatchedResource): boolean {
  switch (filter.kind) {
    case 'id':
      return filter.ids.includes(resource.id);
    case 'lastUpdated': {
      const instant = { low: resource.lastUpdatedMs, high: resource.lastUpdatedMs + 1 };
      return filter.operands.some((operand) => matchesDate(operand, instant));
    }
    case 'missing':
      return filter.missing === (valuesOf(values, filter.parameter).length === 0);
    case 'token': {
      const found = valuesOf(values, filter.parameter).some(
        (value) => value.type === 'token' && filter.operands.some((operand) => matchesToken(operand, value)),
      );
      return filter.modifier === 'not' ? !found : found;
    }
    case 'string':
      return valuesOf(values, filter.parameter).some(
        (value) =>
          value.type === 'string' &&
          filter.operands.some((operand) => {
            switch (filter.modifier) {
              case 'exact':
                return value.value === operand.value;
              case 'contains':
                return value.normalized.includes(operand.normalized);
              default:
                return value.normalized.startsWith(operand.normalized);
            }
          }),
      );
    case 'reference':
      return valuesOf(values, filter.parameter).some(
        (value) => value.type === 'reference' && filter.operands.some(({ targets }) => targets.includes(value.target)),
      );
    case 'date':
      return valuesOf(values, filter.parameter).some(
        (value) => value.type === 'date' && filter.operands.some((operand) => matchesDate(operand, value)),
      );
    case 'uri':
      return valuesOf(values, filter.parameter).some(
        (value) => value.type === 'uri' && filter.operands.some((operand) => operand.value === value.value),
      );
  }
}

function valuesOf(values: readonly SearchValue[], parameter: SearchParameter): readonly SearchValue[] {
  return values.filter((value) => value.parameter === parameter.storedAs);
}

/** Codes are compared without regard to case, systems exactly. */
function matchesToken(
  operand: TokenOperand,
  value: { readonly system: string | null; readonly code: string },
): boolean {
  const isSystem = operand.system === undefined || operand.system === value.system;
  return isSystem && (operand.code === undefined || operand.code.toLowerCase() === value.code.toLowerCase());
}

/** As documented at `DateOperand`. */
function matchesDate(
  { prefix, low, high }: DateOperand,
  value: { readonly low: number; readonly high: number },
): boolean {
  const isWithin = value.low >= low && value.high <= high;
  switch (prefix) {
    case 'eq':
      return isWithin;
    case 'ne':
      return !isWithin;
    case 'gt':
      return value.high > high;
    case 'lt':
      return value.low < low;
    case 'ge':
      return value.high > high || isWithin;
    case 'le':
      return value.low < low || isWithin;
    case 'sa':
      return value.low >= high;
    case 'eb':
      return value.high <= low;
    case 'ap':
      return value.low < high && value.high > low;
  }
}
