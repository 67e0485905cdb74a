import type { Logger } from '../platform/logging/index.js';
import type { JobLoop } from './job-loop.js';
import type { QueuePool } from './queue-pool.js';

export interface SignOfLifeSettings {
  /** How often the worker says that it is alive. */
  readonly intervalMs: number;
  /** After how long without that its jobs are given to others. */
  readonly lostAfterMs: number;
}

/**
 * Says that this worker is alive, and gives back the jobs of workers that do not any more.
 *
 * A loop that has a problem says nothing: its jobs are better off elsewhere.
 */
export class SignOfLife {
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #stopped = false;
  readonly #announced = new Set<string>();

  constructor(
    private readonly pool: QueuePool,
    private readonly loop: Pick<JobLoop, 'problem' | 'holders'>,
    private readonly settings: SignOfLifeSettings,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.#beating = this.#beat().finally(() => {
      if (!this.#stopped) {
        this.#timer = setTimeout(() => this.start(), this.settings.intervalMs);
      }
    });
  }

  /** Call it when the loop has ended: what it should still hold is given back by the next worker. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#beating;
    await this.pool
      .query('delete from platform.worker_heartbeat where pool_id = any($1)', [[...this.#announced]])
      .catch(() => {});
  }

  async #beat(): Promise<void> {
    try {
      if (this.loop.problem() === undefined) {
        const holders = this.loop.holders();
        holders.forEach((holder) => this.#announced.add(holder));
        await this.pool.query(
          `insert into platform.worker_heartbeat (pool_id) select unnest($1::text[])
            on conflict (pool_id) do update set last_seen = now()`,
          [holders],
        );
      }
      const { rows } = await this.pool.query<{ released: number }>(
        "select platform.release_jobs_of_lost_workers($1 * interval '1 millisecond') as released",
        [this.settings.lostAfterMs],
      );
      if (rows[0]!.released > 0) {
        this.logger.warn({ jobs: rows[0]!.released }, 'gave back the jobs of a worker that is gone');
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'no sign of life could be given');
    }
  }
}
