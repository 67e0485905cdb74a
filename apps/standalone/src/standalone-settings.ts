import { freePort } from '@healthcare/local-postgres';
import { type Config, loadConfig } from '@healthcare/server/config';
import { requireFreePort } from './ports.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that are set to something: a Compose file or a ConfigMap makes an empty text of a missing value. */
export function defined(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
}

/** Ports given as 0 become free ones here: API and worker are told, and the operator too. */
export async function withPorts(environment: Record<string, string>): Promise<Record<string, string>> {
  const result = { ...environment };
  for (const variable of ['PORT', 'WORKER_PORT']) {
    if (result[variable] === '0') {
      result[variable] = String(await freePort());
    }
  }
  return result;
}

/**
 * The settings as API and worker will read them. The database's address is not known before it runs.
 *
 * @throws {ConfigError}
 */
export function readConfig(environment: Record<string, string>): Config {
  return loadConfig({ DATABASE_URL: 'postgres://embedded', ...environment });
}

/** @throws {StartupError} if the API's or the worker's port is taken. */
export async function requirePorts(config: Config, graceMs: number): Promise<void> {
  await requireFreePort({ host: config.host, port: config.port, variable: 'PORT' }, graceMs);
  await requireFreePort({ host: config.host, port: config.workerPort, variable: 'WORKER_PORT' }, graceMs);
}
