import { randomBytes } from 'node:crypto';
import type { JsonValue, RawJsonNumber } from './json-number.js';

/**
 * Reads JSON and puts raw numbers where a double would lose the spelling. Each of them is first replaced by a marked
 * string, and the marked strings are swapped after `JSON.parse`: a quarter of the time of a reviver, which is called for
 * every value, and without its recursion. The mark is random, so that no text can hold it on purpose.
 * @param text valid JSON
 * @param spans start and end (excluded) of those numbers, in order
 */
export function parseKeepingNumbers(text: string, spans: readonly number[]): JsonValue {
  const mark = randomBytes(9).toString('base64');
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < spans.length; at += 2) {
    const start = spans[at]!;
    const end = spans[at + 1]!;
    parts.push(text.slice(copied, start), `"${mark}${text.slice(start, end)}"`);
    copied = end;
  }
  parts.push(text.slice(copied));
  const holder = [JSON.parse(parts.join('')) as JsonValue];
  new MarkSwapper(mark).swap(holder);
  return holder[0]!;
}

type Members = Record<string | number, unknown>;

class MarkSwapper {
  readonly #mark: string;
  /** Raw numbers are frozen and hold nothing but their text: one for each spelling is enough. */
  readonly #numbers = new Map<string, RawJsonNumber>();
  /** A text may be nested as deeply as it is long: this is the stack. */
  readonly #pending: Members[] = [];

  constructor(mark: string) {
    this.#mark = mark;
  }

  swap(root: JsonValue[]): void {
    this.#pending.push(root as unknown as Members);
    for (let container = this.#pending.pop(); container !== undefined; container = this.#pending.pop()) {
      if (Array.isArray(container)) {
        for (let index = 0; index < container.length; index += 1) this.#visit(container, index);
      } else {
        for (const name in container) this.#visit(container, name);
      }
    }
  }

  #visit(container: Members, name: string | number): void {
    const value = container[name];
    if (typeof value === 'object' && value !== null) this.#pending.push(value as Members);
    else if (typeof value === 'string' && value.startsWith(this.#mark)) container[name] = this.#numberOf(value);
  }

  #numberOf(marked: string): RawJsonNumber {
    let number = this.#numbers.get(marked);
    if (!number) {
      number = JSON.rawJSON(marked.slice(this.#mark.length));
      this.#numbers.set(marked, number);
    }
    return number;
  }
}
