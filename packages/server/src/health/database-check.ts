import type { Database } from '../platform/database/index.js';

/** What is known of the database. */
export interface DatabaseState {
  readonly reachable: boolean;
  /** Time that the check took, in milliseconds. */
  readonly durationMs: number;
}

const TIMEOUT_MS = 2_000;
const MAX_AGE_MS = 1_000;

/**
 * Asks the database a question, bounded in time. Callers within a second, and callers while a check is under way, share
 * one: probes never add up to load.
 */
export class DatabaseCheck {
  #latest: { readonly at: number; readonly state: Promise<DatabaseState> } | undefined;

  constructor(
    private readonly database: Pick<Database, 'pool'>,
    private readonly now: () => number = Date.now,
  ) {}

  async state(): Promise<DatabaseState> {
    const nowMs = this.now();
    if (this.#latest === undefined || nowMs - this.#latest.at > MAX_AGE_MS) {
      this.#latest = { at: nowMs, state: this.#ask(nowMs) };
    }
    return this.#latest.state;
  }

  async #ask(startedMs: number): Promise<DatabaseState> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), TIMEOUT_MS);
    });
    const answer = this.database.pool.query('select 1').then(
      () => true,
      () => false,
    );
    const reachable = await Promise.race([answer, timeout]);
    clearTimeout(timer);
    return { reachable, durationMs: this.now() - startedMs };
  }
}
