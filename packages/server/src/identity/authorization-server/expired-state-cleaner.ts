import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Database } from '../../platform/database/index.js';
import { describeError, type Logger } from '../../platform/logging/index.js';
import { deleteExpired } from './delete-expired.js';

const INTERVAL_MS = 10 * 60_000;

/** Deletes expired sessions, codes and counters every ten minutes, as long as the application runs. */
export class ExpiredStateCleaner implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#clean().finally(() => {
        this.#running = undefined;
      });
    }, INTERVAL_MS);
    this.#timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #clean(): Promise<void> {
    try {
      const rows = await deleteExpired(this.database);
      this.logger.debug({ rows }, 'expired sign-in state deleted');
    } catch (error) {
      this.logger.warn({ err: describeError(error) }, 'expired sign-in state was not deleted');
    }
  }
}
