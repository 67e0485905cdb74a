import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { DatabaseCheck } from '../health/index.js';
import { type Config, loadConfig } from '../platform/config/index.js';
import { Database, requireLeastPrivilege } from '../platform/database/index.js';
import { createLogger, type Logger } from '../platform/logging/index.js';
import { requireMigrated } from '../platform/migrations/index.js';
import { type AnyJobHandler, JOB_HANDLERS, requireOneHandlerEach } from '../platform/queue/index.js';
import { Lifecycle, type RunningProcess } from '../platform/shutdown/index.js';
import { JobLoop } from './job-loop.js';
import { ProbeServer } from './probe-server.js';
import { QueuePool } from './queue-pool.js';
import { requireJobTypes } from './require-job-types.js';
import { SignOfLife } from './sign-of-life.js';
import { JOB_TYPES, WorkerModule } from './worker.module.js';
import { workerProbes } from './worker-probes.js';

/** A worker that takes jobs. */
export interface RunningWorker extends RunningProcess {
  /** Port of the probes: the configured one, or the one given for 0. */
  readonly port: number;
}

/** How long a job may go on after it was aborted until the worker counts as unwell. */
const OVERTIME_MS = 5_000;

/**
 * Starts a worker from environment variables: data access as the API has it, jobs over QUEUE_DATABASE_URL.
 *
 * @throws {ConfigError} for faulty settings; an error that says what to do when a handler or a migration is missing.
 */
export async function startWorker(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: { readonly logger?: Logger } = {},
): Promise<RunningWorker> {
  const config = loadConfig(environment);
  const logger = overrides.logger ?? createLogger({ level: config.logLevel, role: 'worker' });
  const lifecycle = new Lifecycle();
  const database = new Database(config.database, 'worker');
  const queue = new QueuePool({
    url: config.queueDatabaseUrl,
    concurrency: config.worker.concurrency,
    connectTimeoutMs: config.database.connectTimeoutMs,
  });
  let app: INestApplicationContext | undefined;
  let probes: ProbeServer | undefined;
  try {
    await requireMigrated(database);
    await Promise.all([requireLeastPrivilege(database), requireJobTypes(queue, JOB_TYPES)]);
    app = await NestFactory.createApplicationContext(WorkerModule.of({ config, logger, database, lifecycle }), {
      logger: false,
      abortOnError: false,
    });
    const handlers = app.get<readonly AnyJobHandler[]>(JOB_HANDLERS, { strict: false });
    requireOneHandlerEach(JOB_TYPES, handlers);
    const loop = createLoop(config, queue, handlers, logger);
    const signOfLife = new SignOfLife(
      queue,
      loop,
      { intervalMs: config.worker.heartbeatMs, lostAfterMs: config.worker.lostAfterMs },
      logger,
    );
    probes = new ProbeServer(
      workerProbes(loop, new DatabaseCheck(database), new DatabaseCheck({ pool: queue }), lifecycle),
    );
    const port = await probes.listen(config.host, config.workerPort);
    await loop.start();
    signOfLife.start();
    lifecycle.started();
    logger.info({ port }, 'taking jobs');
    return { logger, port, stop: () => stop(lifecycle, loop, signOfLife, app!, probes!, queue, database) };
  } catch (error) {
    await app?.close();
    await probes?.close();
    await Promise.all([queue.end(), database.close()]);
    throw error;
  }
}

function createLoop(config: Config, queue: QueuePool, handlers: readonly AnyJobHandler[], logger: Logger): JobLoop {
  return new JobLoop(
    queue,
    handlers,
    {
      concurrency: config.worker.concurrency,
      bounds: { silenceMs: config.worker.silenceMs, overtimeMs: OVERTIME_MS },
      stopTimeoutMs: config.shutdown.timeoutMs,
    },
    logger,
  );
}

/** Readiness off, no more jobs, running ones end or are given back, close. */
async function stop(
  lifecycle: Lifecycle,
  loop: JobLoop,
  signOfLife: SignOfLife,
  app: INestApplicationContext,
  probes: ProbeServer,
  queue: QueuePool,
  database: Database,
): Promise<void> {
  lifecycle.draining();
  await loop.stop();
  await signOfLife.stop();
  await app.close();
  await probes.close();
  await Promise.all([queue.end(), database.close()]);
}
