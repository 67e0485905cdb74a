import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Database } from '../../platform/database/index.js';
import type { Logger } from '../../platform/logging/index.js';

const INTERVAL_MS = 60 * 60_000;

/** How long an answer is remembered: a client that repeats a request does so within this time. */
const RETENTION = '24 hours';

/** Forgets answers to idempotent requests a day after they were given, every hour, as long as the application runs. */
export class IdempotencyRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#running = this.forget().catch((error: unknown) => {
        this.logger.warn({ err: error }, 'answers to idempotent requests were not forgotten');
      });
    }, INTERVAL_MS);
    this.#timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** @returns How many were forgotten, over all clinics. */
  async forget(): Promise<number> {
    const rows = await this.database.transaction((tx) =>
      tx.query<{ forgotten: string }>('select fhir.forget_idempotent_requests($1::interval) as forgotten', [RETENTION]),
    );
    return Number(rows[0]!.forgotten);
  }
}
