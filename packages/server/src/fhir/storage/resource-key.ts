import { randomInt } from 'node:crypto';

/** 2020-01-01T00:00:00Z: keys last until the year 2089. */
const EPOCH_MS = 1_577_836_800_000;
const COUNTER_BITS = 22n;
const COUNTER_SIZE = 1 << Number(COUNTER_BITS);

/**
 * Gives each new resource its key: milliseconds since 2020 in the upper 41 bits, a counter with a random start in the
 * lower 22. Keys grow with time, over all processes as far as their clocks agree, and cost no round trip to a sequence.
 *
 * Two processes can make the same key in the same millisecond (one in four million); the unique index on tenant, type
 * and key refuses the second, whose transaction is then run again.
 */
export class ResourceKeys {
  #lastMs = 0;
  #counter = 0;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The next key as a decimal; greater than all that this object gave before. */
  next(): string {
    const nowMs = this.#now();
    if (nowMs > this.#lastMs) {
      this.#lastMs = nowMs;
      // A start in the lower half leaves room for two million keys in the same millisecond.
      this.#counter = randomInt(COUNTER_SIZE / 2);
    } else if (++this.#counter >= COUNTER_SIZE) {
      this.#lastMs += 1;
      this.#counter = 0;
    }
    return ((BigInt(this.#lastMs - EPOCH_MS) << COUNTER_BITS) | BigInt(this.#counter)).toString();
  }
}
