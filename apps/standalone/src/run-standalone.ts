import type { Config } from '@healthcare/server/config';
import { migrateDatabase } from '@healthcare/server/migrations';
import { resolve } from 'node:path';
import { banner } from './banner.js';
import { prepareDataDirectory } from './data-directory.js';
import type { DatabaseUrls, RunningDatabase } from './database-urls.js';
import { ensureDemoClinic } from './demo-clinic.js';
import { hasEmbeddedDatabase, startEmbeddedDatabase } from './embedded-database.js';
import { useExternalDatabase } from './external-database.js';
import { acquireInstanceLock } from './instance-lock.js';
import { loadSecrets } from './secrets.js';
import { firstFailure, hostInUrl, serviceEnvironment, startServices, untilServing, untilStopped } from './services.js';
import { defined, type Environment, readConfig, requirePorts, withPorts } from './standalone-settings.js';
import type { StopRequests } from './stop-requests.js';

export interface StandaloneContext {
  readonly environment: Environment;
  readonly requests: StopRequests;
  /** Gets lines for the operator. */
  readonly log: (line: string) => void;
}

/** API and worker bound their own end (SHUTDOWN_DRAIN_MS, SHUTDOWN_TIMEOUT_MS); this is for what hangs nevertheless. */
const STOP_RESERVE_MS = 5_000;
/** How long processes of a run that was killed may take to leave their ports. */
const LEFTOVER_GRACE_MS = 20_000;

/**
 * Runs the product on this machine until it is asked to end: database, migrations, demo clinic, API and worker.
 *
 * @throws {StartupError}, {LocalPostgresError}, {MigrationError} or {ConfigError}, each with what to do; everything
 * that had been started is stopped by then.
 */
export async function runStandalone(context: StandaloneContext): Promise<void> {
  const startedAt = performance.now();
  const { environment, log, requests } = context;
  const dataDirectory = resolve(environment['HEALTHCARE_DATA_DIR'] || '.data');
  const cleanup: (() => Promise<void>)[] = [];
  try {
    await prepareDataDirectory(dataDirectory);
    const lock = await acquireInstanceLock(dataDirectory);
    cleanup.push(() => lock.release());
    const secrets = await loadSecrets(dataDirectory, await hasEmbeddedDatabase(dataDirectory));
    const settings = await withPorts({
      IDENTITY_ENCRYPTION_KEY: secrets.identityEncryptionKey,
      ...defined(environment),
    });
    const config = readConfig(settings);
    await requirePorts(config, lock.tookOver ? LEFTOVER_GRACE_MS : 0);
    requests.stop.throwIfAborted();

    const database =
      settings['DATABASE_URL'] === undefined
        ? await startEmbeddedDatabase({ dataDirectory, secrets, log })
        : await useExternalDatabase({
            url: settings['DATABASE_URL'],
            migrationUrl: settings['MIGRATION_DATABASE_URL'],
            queueUrl: settings['QUEUE_DATABASE_URL'],
          });
    cleanup.push(() => database.stop());
    requests.force.addEventListener('abort', () => void database.kill());
    requests.stop.throwIfAborted();
    const { urls, demoClientFile } = await prepareDatabase(database, config, dataDirectory, log);
    requests.stop.throwIfAborted();

    const services = startServices(serviceEnvironment(settings, urls), log);
    requests.force.addEventListener('abort', () => services.forEach((service) => service.kill()));
    const stopTimeoutMs = config.shutdown.drainMs + config.shutdown.timeoutMs + STOP_RESERVE_MS;
    cleanup.push(async () => {
      await Promise.all(services.map((service) => service.stop(stopTimeoutMs)));
    });

    const failure = firstFailure(services, database);
    if (await untilServing(config, failure, requests.stop)) {
      log(
        banner({
          publicUrl: config.publicUrl,
          fhirUrl: config.fhirBaseUrl,
          tokenUrl: `${config.publicUrl}/oauth/token`,
          workerUrl: `http://${hostInUrl(config.host)}:${config.workerPort}`,
          database: database.description,
          demoClientFile,
          seconds: (performance.now() - startedAt) / 1_000,
        }),
      );
      await untilStopped(failure, requests.stop);
    }
  } catch (error) {
    // What fails because it was interrupted is no failure.
    if (!requests.stop.aborted) {
      throw error;
    }
  } finally {
    if (requests.stop.aborted) {
      log('Stopping …');
    }
    for (const step of cleanup.reverse()) {
      await step();
    }
  }
}

/** Brings the database to the level of the code and gives an empty one its demo clinic. */
async function prepareDatabase(
  database: RunningDatabase,
  config: Config,
  dataDirectory: string,
  log: (line: string) => void,
): Promise<{ readonly urls: DatabaseUrls; readonly demoClientFile: string | undefined }> {
  await migrateDatabase({ connectionString: database.urls.owner, log });
  const urls = await database.grantLogins();
  const demoClientFile = await ensureDemoClinic({ urls, config, dataDirectory, log });
  return { urls, demoClientFile };
}
