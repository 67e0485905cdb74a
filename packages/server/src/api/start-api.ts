import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { mountAuthorizationServer } from '../identity/index.js';
import { type Config, loadConfig } from '../platform/config/index.js';
import { Database, requireLeastPrivilege } from '../platform/database/index.js';
import { createHttpAdapter, OutcomeFilter } from '../platform/http/index.js';
import { createLogger, type Logger } from '../platform/logging/index.js';
import { requireMigrated } from '../platform/migrations/index.js';
import { Lifecycle, type RunningProcess } from '../platform/shutdown/index.js';
import { ApiModule } from './api.module.js';

/** An API that listens. */
export interface RunningApi extends RunningProcess {
  /** Port it listens on: the configured one, or the one given for 0. */
  readonly port: number;
}

/**
 * Starts the API from environment variables.
 *
 * @throws {ConfigError} for faulty settings; an error that names the remedy when the database's role is too powerful.
 */
export async function startApi(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: { readonly logger?: Logger } = {},
): Promise<RunningApi> {
  const config = loadConfig(environment);
  const logger = overrides.logger ?? createLogger({ level: config.logLevel, role: 'api' });
  const lifecycle = new Lifecycle();
  const database = new Database(config.database, 'api');
  try {
    await requireMigrated(database);
    await requireLeastPrivilege(database);
    const app = await createApp(config, logger, database, lifecycle);
    await app.listen({ host: config.host, port: config.port });
    lifecycle.started();
    const address = app.getHttpServer().address() as { port: number };
    logger.info({ port: address.port }, 'listening');
    return { logger, port: address.port, stop: () => stop(config, app, database, lifecycle) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function createApp(
  config: Config,
  logger: Logger,
  database: Database,
  lifecycle: Lifecycle,
): Promise<NestFastifyApplication> {
  const adapter = createHttpAdapter(config, logger);
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.of({ config, logger, database, lifecycle }),
    adapter,
    { bodyParser: false, logger: false, abortOnError: false },
  );
  app.useGlobalFilters(new OutcomeFilter(logger));
  adapter.getInstance().addHook('onSend', (_request, reply, payload, done) => {
    if (lifecycle.isDraining) {
      // Clients on a kept connection move to another server.
      reply.header('connection', 'close');
    }
    done(null, payload);
  });
  await mountAuthorizationServer(app, config);
  await app.init();
  return app;
}

/** Readiness off, drain, close; each step bounded. */
async function stop(
  config: Config,
  app: NestFastifyApplication,
  database: Database,
  lifecycle: Lifecycle,
): Promise<void> {
  lifecycle.draining();
  await sleep(config.shutdown.drainMs);
  const deadline = setTimeout(() => app.getHttpServer().closeAllConnections(), config.shutdown.timeoutMs);
  try {
    await app.close();
  } finally {
    clearTimeout(deadline);
    await database.close();
  }
}
