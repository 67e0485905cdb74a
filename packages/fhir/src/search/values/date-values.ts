import type { TypedValue } from '../../fhirpath/compile-expression.js';
import { type DateRange, parseDateRange } from '../date-range.js';
import { MAX_DATE, MIN_DATE } from '../search-parameter.js';

/** The spans of time that a value stands for (R4, search "date"). A period that ends before it starts gives none. */
export function rangesOf({ type, value }: TypedValue): readonly DateRange[] {
  switch (type) {
    case 'date':
    case 'dateTime':
    case 'instant':
      return present(rangeOf(value));
    case 'Period':
      return present(rangeOfPeriod(value));
    case 'Timing':
      return present(rangeOfTiming(value));
    default:
      // Other choices of an element that can be a date: an age, or a text such as "when symptoms return".
      return [];
  }
}

function rangeOf(value: unknown): DateRange | undefined {
  return typeof value === 'string' ? parseDateRange(value) : undefined;
}

function rangeOfPeriod(value: unknown): DateRange | undefined {
  const { start, end } = (value ?? {}) as { start?: unknown; end?: unknown };
  const [from, to] = [rangeOf(start), rangeOf(end)];
  const isUnreadable = (start !== undefined && from === undefined) || (end !== undefined && to === undefined);
  if (isUnreadable || (from === undefined && to === undefined)) {
    return undefined;
  }
  const range = { low: from?.low ?? MIN_DATE, high: to?.high ?? MAX_DATE };
  return range.low < range.high ? range : undefined;
}

/** From the beginning of what it mentions first to the end of what it mentions last: only the outer limits matter. */
function rangeOfTiming(value: unknown): DateRange | undefined {
  const { event, repeat } = (value ?? {}) as { event?: unknown; repeat?: { boundsPeriod?: unknown } | null };
  const events: readonly unknown[] = Array.isArray(event) ? event : [];
  return [...events.map(rangeOf), rangeOfPeriod(repeat?.boundsPeriod)].reduce(
    (sum, range) =>
      sum === undefined || range === undefined
        ? (sum ?? range)
        : { low: Math.min(sum.low, range.low), high: Math.max(sum.high, range.high) },
    undefined,
  );
}

function present(range: DateRange | undefined): readonly DateRange[] {
  return range === undefined ? [] : [range];
}
