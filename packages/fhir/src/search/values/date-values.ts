import type { TypedValue } from '../../fhirpath/compile-expression.js';
import { type DateRange, parseDateRange } from '../date-range.js';
import { MAX_DATE, MIN_DATE } from '../search-parameter.js';

/** The spans of time that a value stands for. A period that ends before it starts gives none. */
export function rangesOf({ type, value }: TypedValue): readonly DateRange[] {
  switch (type) {
    case 'Period':
      return period(value);
    case 'Timing':
      return timing(value);
    default: {
      const range = typeof value === 'string' ? parseDateRange(value) : undefined;
      return range === undefined ? [] : [range];
    }
  }
}

function period(value: unknown): readonly DateRange[] {
  const { start, end } = (value ?? {}) as { start?: unknown; end?: unknown };
  const from = typeof start === 'string' ? parseDateRange(start) : undefined;
  const to = typeof end === 'string' ? parseDateRange(end) : undefined;
  if (from === undefined && to === undefined) {
    return [];
  }
  const range = { low: from?.low ?? MIN_DATE, high: to?.high ?? MAX_DATE };
  return range.low < range.high ? [range] : [];
}

/** From the first to the last of its events, and within its bounds: what lies between is not told apart. */
function timing(value: unknown): readonly DateRange[] {
  const { event, repeat } = (value ?? {}) as { event?: unknown; repeat?: { boundsPeriod?: unknown } };
  const events = (Array.isArray(event) ? event : []).flatMap((date: unknown) =>
    typeof date === 'string' ? (parseDateRange(date) ?? []) : [],
  );
  return [...events, ...(repeat?.boundsPeriod === undefined ? [] : period(repeat.boundsPeriod))];
}
