import pg from 'pg';

/** Connections beside those of the jobs: one listens for new jobs, one is for the sign of life. */
const SPARE_CONNECTIONS = 2;

export interface QueuePoolSettings {
  readonly url: string;
  readonly concurrency: number;
  readonly connectTimeoutMs: number;
}

/**
 * The worker's connections to the queue.
 *
 * graphile-worker sleeps for up to two minutes after some failures to connect (its RETRYABLE_ERROR_CODES) before it
 * looks again: a loop that cannot be told from one that hangs, and slow to come back. Without their code such failures
 * are only failures, and it asks again after its poll interval.
 */
export class QueuePool extends pg.Pool {
  constructor(settings: QueuePoolSettings) {
    super({
      connectionString: settings.url,
      max: settings.concurrency + SPARE_CONNECTIONS,
      connectionTimeoutMillis: settings.connectTimeoutMs,
      idleTimeoutMillis: 30_000,
      application_name: 'worker queue',
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    // Broken connections are dropped by the pool and fail the query at hand; without listeners they end the process.
    this.on('error', () => {});
    this.on('connect', (client) => client.on('error', () => {}));
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): void;
  override connect(
    callback?: (error: Error | undefined, client: pg.PoolClient | undefined, done: (release?: unknown) => void) => void,
  ): Promise<pg.PoolClient> | void {
    if (callback === undefined) {
      return super.connect().catch((error: unknown) => {
        throw withoutCode(error);
      });
    }
    super.connect((error, client, done) =>
      callback(error === undefined ? undefined : withoutCode(error), client, done),
    );
  }
}

function withoutCode(error: unknown): Error {
  return new Error('No connection to the database of the queue.', { cause: error });
}
