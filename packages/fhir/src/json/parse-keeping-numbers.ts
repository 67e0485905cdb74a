import { randomUUID } from 'node:crypto';
import type { JsonValue, RawJsonNumber } from './json-number.js';
import type { NumberSpan } from './scan-json.js';

/**
 * Reads JSON and puts raw numbers where a double would lose the spelling. Each of them is first replaced by a marked
 * string, and the marked strings are swapped after `JSON.parse`: half the time of a reviver, which is called for
 * every value, and without its recursion. The mark is random, so that no text can hold it on purpose.
 * @param text valid JSON
 * @param spans where those numbers stand, in order
 */
export function parseKeepingNumbers(text: string, spans: readonly NumberSpan[]): JsonValue {
  const mark = `${randomUUID()}:`;
  let marked = '';
  let copied = 0;
  for (const [index, { start, end }] of spans.entries()) {
    marked += `${text.slice(copied, start)}"${mark}${index}"`;
    copied = end;
  }
  const holder = [JSON.parse(marked + text.slice(copied)) as JsonValue];
  const numbers = spans.map(({ start, end }) => JSON.rawJSON(text.slice(start, end)));
  swapMarked(holder, mark, numbers);
  return holder[0]!;
}

/** Keeps its own stack: a text may be nested as deeply as it is long. */
function swapMarked(root: JsonValue[], mark: string, numbers: readonly RawJsonNumber[]): void {
  const pending: Record<string, unknown>[] = [root as unknown as Record<string, unknown>];
  for (let container = pending.pop(); container !== undefined; container = pending.pop()) {
    for (const name in container) {
      const value = container[name];
      if (typeof value === 'object' && value !== null) pending.push(value as Record<string, unknown>);
      else if (typeof value === 'string' && value.startsWith(mark))
        container[name] = numbers[Number(value.slice(mark.length))];
    }
  }
}
