import { ConfigError } from '../config/index.js';
import type { Logger } from '../logging/index.js';

/** A process that serves until it is told to stop. */
export interface RunningProcess {
  readonly logger: Logger;
  /** Stops serving, ends open work, closes what is open; bounded by its own timeouts. */
  stop(): Promise<void>;
}

/** How long `stop` may take beyond its own bounds before the process ends without it. */
const LAST_RESORT_MS = 60_000;

/**
 * Starts a process and stops it on SIGTERM, SIGINT, or when the supervisor that started it is gone.
 *
 * A faulty configuration ends it with exit code 78 (EX_CONFIG) and the remedy; any other failure to start with 1.
 */
export async function runProcess(start: () => Promise<RunningProcess>): Promise<void> {
  let running: RunningProcess;
  try {
    running = await start();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'The process could not start.'}\n`);
    process.exit(error instanceof ConfigError ? 78 : 1);
  }
  const { logger } = running;
  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) {
      return;
    }
    stopping = true;
    logger.info({ reason }, 'stopping');
    setTimeout(() => {
      logger.error('stopping took too long');
      process.exit(1);
    }, LAST_RESORT_MS).unref();
    running.stop().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  if (process.env['SUPERVISOR_IPC'] === '1') {
    process.on('disconnect', () => stop('supervisor is gone'));
    if (!process.connected) {
      // It went while we were starting.
      stop('supervisor is gone');
    }
  }
}
