/** Bounds within which a job loop must show that it runs. */
export interface ActivityBounds {
  /** Longest time without a sign of looking for jobs. It looks at least every two seconds. */
  readonly silenceMs: number;
  /** How long a job may go on after it was aborted at the end of its type's time. */
  readonly overtimeMs: number;
}

interface Slot {
  seenMs: number;
  /** When the job at hand must have ended; undefined: no job, the slot looks for one. */
  dueMs: number | undefined;
}

/**
 * What the loop itself was last seen doing, slot by slot. A slot is one of the jobs that may run at the same time: it
 * looks for a job, runs it, looks again.
 *
 * To look for a job and fail is activity too: the database's absence says nothing about the loop.
 */
export class LoopActivity {
  readonly #slots = new Map<string, Slot>();
  #seenMs: number;

  constructor(
    private readonly bounds: ActivityBounds,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#seenMs = this.now();
  }

  /** The loop as a whole does something: it starts, or tries to. */
  loopSeen(): void {
    this.#seenMs = this.now();
  }

  slotSeen(slot: string): void {
    this.#slots.set(slot, { seenMs: this.now(), dueMs: undefined });
  }

  jobStarted(slot: string, timeoutMs: number): void {
    const nowMs = this.now();
    this.#slots.set(slot, { seenMs: nowMs, dueMs: nowMs + timeoutMs + this.bounds.overtimeMs });
  }

  slotEnded(slot: string): void {
    this.#slots.delete(slot);
    this.loopSeen();
  }

  /** What is wrong with the loop; undefined: it runs. */
  problem(): 'silent' | 'job beyond its time' | undefined {
    const nowMs = this.now();
    if (this.#slots.size === 0 && nowMs - this.#seenMs > this.bounds.silenceMs) {
      return 'silent';
    }
    for (const { seenMs, dueMs } of this.#slots.values()) {
      if (dueMs === undefined ? nowMs - seenMs > this.bounds.silenceMs : nowMs > dueMs) {
        return dueMs === undefined ? 'silent' : 'job beyond its time';
      }
    }
    return undefined;
  }
}
