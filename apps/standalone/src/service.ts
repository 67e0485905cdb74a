import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

export interface ServiceOptions {
  /** For the operator, e.g. `API`. */
  readonly name: string;
  /** File that Node runs. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
  readonly restart?: RestartPolicy;
}

export interface RestartPolicy {
  /** Deaths in a row after which nothing is tried any more. */
  readonly attempts: number;
  /** A process that lived longer than this counts as healthy: its death is the first of a new row. */
  readonly healthyAfterMs: number;
  /** Pause before the first restart; doubles with each. */
  readonly firstPauseMs: number;
}

const DEFAULT_RESTART: RestartPolicy = { attempts: 5, healthyAfterMs: 60_000, firstPauseMs: 250 };

/** The process refuses its configuration (EX_CONFIG): starting it again changes nothing. */
const EXIT_CONFIG = 78;

/**
 * A child process that is kept running: started again when it dies, with growing pauses, until it dies too often.
 *
 * It is a process group of its own, so that Ctrl-C in a terminal reaches only the supervisor, which ends things in
 * order. The channel between them closes with the supervisor, whatever ends it, and the child leaves then.
 */
export class Service {
  /** Resolves with the reason when the service is given up; never while it runs or is stopped in order. */
  readonly givenUp: Promise<string>;
  readonly #options: ServiceOptions;
  readonly #restart: RestartPolicy;
  #giveUp!: (reason: string) => void;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #deaths = 0;
  #stopping = new AbortController();

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#restart = options.restart ?? DEFAULT_RESTART;
    this.givenUp = new Promise((resolve) => (this.#giveUp = resolve));
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const startedAt = performance.now();
    const child = spawn(process.execPath, ['--enable-source-maps', this.#options.entry], {
      env: { ...this.#options.environment, SUPERVISOR_IPC: '1' },
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      let isOver = false;
      const over = (how: string, code: number | null): void => {
        if (isOver) {
          return;
        }
        isOver = true;
        this.#child = undefined;
        resolve();
        if (!this.#stopping.signal.aborted) {
          void this.#afterDeath(how, code, performance.now() - startedAt);
        }
      };
      child.once('exit', (code, signal) => over(signal === null ? `exit code ${code}` : signal, code));
      child.once('error', (error) => over(error.message, null));
    });
  }

  /** SIGTERM, and SIGKILL after `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.#stopping.abort();
    const child = this.#child;
    child?.kill('SIGTERM');
    const ended = await Promise.race([this.#ended.then(() => true), delay(timeoutMs, false, { ref: false })]);
    if (!ended) {
      this.#options.log(`${this.#options.name} did not stop in ${timeoutMs / 1_000} s and is ended`);
      this.kill();
      await this.#ended;
    }
  }

  /** Ends it at once. */
  kill(): void {
    this.#stopping.abort();
    this.#child?.kill('SIGKILL');
  }

  async #afterDeath(how: string, code: number | null, livedMs: number): Promise<void> {
    const { name, log } = this.#options;
    this.#deaths = livedMs > this.#restart.healthyAfterMs ? 1 : this.#deaths + 1;
    if (code === EXIT_CONFIG) {
      this.#giveUp(`${name} does not accept its configuration: see its message above.`);
      return;
    }
    if (this.#deaths >= this.#restart.attempts) {
      this.#giveUp(`${name} ended ${this.#deaths} times in a row (last: ${how}): see its log above.`);
      return;
    }
    const pauseMs = this.#restart.firstPauseMs * 2 ** (this.#deaths - 1);
    log(`${name} ended unexpectedly (${how}); starting it again in ${pauseMs} ms`);
    await delay(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    if (!this.#stopping.signal.aborted) {
      this.start();
    }
  }
}
