/**
 * Values that are kept for a while, at most so many of them: when it is full, the one that was used longest ago goes.
 */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly untilMs: number }>();

  constructor(
    private readonly capacity: number,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      return undefined;
    }
    this.#entries.delete(key);
    if (entry.untilMs <= this.now()) {
      return undefined;
    }
    // A Map keeps the order of insertion: what was used last stands last.
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** @param untilMs Milliseconds since 1970; from there on the value is gone. */
  set(key: string, value: Value, untilMs: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, untilMs });
    if (this.#entries.size > this.capacity) {
      this.#entries.delete(this.#entries.keys().next().value as string);
    }
  }
}
