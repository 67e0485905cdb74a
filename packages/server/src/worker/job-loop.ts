import { setTimeout as sleep } from 'node:timers/promises';
import { EventEmitter } from 'node:events';
import { Logger as QueueLogger, run, type Runner, type WorkerEvents, type WorkerPool } from 'graphile-worker';
import type { Logger } from '../platform/logging/index.js';
import type { AnyJobHandler } from '../platform/queue/index.js';
import { LoopActivity, type ActivityBounds } from './loop-activity.js';
import type { QueuePool } from './queue-pool.js';
import { taskOf } from './run-job.js';

export interface JobLoopSettings {
  readonly concurrency: number;
  readonly bounds: ActivityBounds;
  /** How long running jobs may take to end when the worker stops; then they are aborted and given back. */
  readonly stopTimeoutMs: number;
}

/** How often the queue is asked when nothing was announced: jobs that wait for their time, or that were given back. */
const POLL_INTERVAL_MS = 2_000;
const RESTART_DELAY_MS = 1_000;
/** For how long asking the queue may fail before the loop is made anew. */
const MAX_FAILING_MS = 5_000;
/** After running jobs were aborted, the time in which they are given back. */
const ABORTED_JOBS_MS = 3_000;

/**
 * Takes jobs and has them carried out, until it is stopped.
 *
 * graphile-worker ends its loop when it cannot write down that a job is done (one lost connection at that moment is
 * enough), and a loop whose first question to the queue failed never gets an answer again (it keeps the failed promise
 * of its task ids). In both cases the loop is made anew; the jobs it held are given back when its sign of life has been
 * missing for a while.
 */
export class JobLoop {
  readonly #activity: LoopActivity;
  readonly #pools = new Set<WorkerPool>();
  #runner: Runner | undefined;
  #supervision: Promise<void> | undefined;
  readonly #stopping = new AbortController();
  #ended = false;
  /** Since when every question to the queue has failed. */
  #failingSinceMs: number | undefined;

  constructor(
    private readonly pool: QueuePool,
    private readonly handlers: readonly AnyJobHandler[],
    private readonly settings: JobLoopSettings,
    private readonly logger: Logger,
  ) {
    this.#activity = new LoopActivity(settings.bounds);
  }

  /** What keeps the loop from running; undefined: it runs. */
  problem(): 'stopped' | 'silent' | 'job beyond its time' | undefined {
    return this.#ended ? 'stopped' : this.#activity.problem();
  }

  /** Whether the queue answered when it was last asked. */
  get isTaking(): boolean {
    return !this.#ended && this.#failingSinceMs === undefined;
  }

  /** The names under which this loop holds jobs (`locked_by`). */
  holders(): string[] {
    return [...this.#pools].map(({ id }) => id);
  }

  /** @throws {Error} when the queue cannot be reached or is not installed. */
  async start(): Promise<void> {
    this.#runner = await this.#run();
    this.#supervision = this.#supervise();
  }

  /** Takes no more jobs and lets the running ones end, within the bound; what is left is aborted and given back. */
  async stop(): Promise<void> {
    this.#ended = true;
    this.#stopping.abort();
    const stopped = this.#runner?.stop().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'the job loop did not stop cleanly');
    });
    const bound = sleep(this.settings.stopTimeoutMs + ABORTED_JOBS_MS, undefined, { ref: false });
    await Promise.race([Promise.all([stopped, this.#supervision]), bound]);
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#runner?.promise.catch(() => {});
      if (!signal.aborted) {
        this.logger.error('the job loop ended by itself; starting it again');
        await this.#restart(signal);
      }
    }
  }

  async #restart(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      this.#activity.loopSeen();
      await sleep(RESTART_DELAY_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) {
        return;
      }
      try {
        this.#runner = await this.#run();
        this.logger.info({ attempt }, 'the job loop runs again');
        return;
      } catch (error) {
        if (attempt === 1) {
          this.logger.warn({ err: error }, 'the job loop could not be started; trying on');
        }
      }
    }
  }

  async #run(): Promise<Runner> {
    // Until this loop has been answered once; it has its own time for that.
    this.#failingSinceMs = performance.now();
    const runner = await run({
      pgPool: this.pool,
      concurrency: this.settings.concurrency,
      noHandleSignals: true,
      parsedCronItems: [],
      taskList: Object.fromEntries(this.handlers.map((handler) => [handler.type.name, taskOf(handler, this.logger)])),
      events: this.#observe(new EventEmitter() as WorkerEvents),
      logger: queueLogger(this.logger),
      preset: {
        worker: {
          pollInterval: POLL_INTERVAL_MS,
          gracefulShutdownAbortTimeout: this.settings.stopTimeoutMs,
          // Unbatched, a failure to write down the end of a job is a rejection that nobody handles.
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
    });
    if (this.#stopping.signal.aborted) {
      await runner.stop();
    }
    return runner;
  }

  #observe(events: WorkerEvents): WorkerEvents {
    const timeouts = new Map(this.handlers.map(({ type }) => [type.name, type.timeoutMs]));
    events.on('pool:create', ({ workerPool }) => this.#pools.add(workerPool));
    events.on('pool:release', ({ workerPool }) => this.#pools.delete(workerPool));
    events.on('worker:getJob:error', () => this.#failed());
    events.on('worker:getJob:empty', () => (this.#failingSinceMs = undefined));
    events.on('job:start', () => (this.#failingSinceMs = undefined));
    for (const event of [
      'worker:create',
      'worker:getJob:start',
      'worker:getJob:empty',
      'worker:getJob:error',
      'job:complete',
    ] as const) {
      events.on(event, ({ worker }: { worker: { workerId: string } }) => this.#activity.slotSeen(worker.workerId));
    }
    events.on('job:start', ({ worker, job }) =>
      this.#activity.jobStarted(worker.workerId, timeouts.get(job.task_identifier) ?? 0),
    );
    events.on('worker:stop', ({ worker }) => this.#activity.slotEnded(worker.workerId));
    return events;
  }

  #failed(): void {
    const nowMs = performance.now();
    this.#failingSinceMs ??= nowMs;
    if (nowMs - this.#failingSinceMs > MAX_FAILING_MS && !this.#ended) {
      // Refused when it is stopping already.
      this.#runner?.stop().catch(() => {});
    }
  }
}

/** Its messages quote errors, and errors may quote data: what goes to the log is what is known to be harmless. */
function queueLogger(logger: Logger): QueueLogger {
  return new QueueLogger(() => (level, _message, meta) => {
    if (level !== 'error' && level !== 'warning') {
      return;
    }
    // Failed jobs are logged where they fail.
    if (meta?.['failure'] !== true) {
      logger[level === 'error' ? 'error' : 'warn']({ err: meta?.['error'] }, 'from the queue');
    }
  });
}
