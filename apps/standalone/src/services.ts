import type { Config } from '@healthcare/server/config';
import { fileURLToPath } from 'node:url';
import type { DatabaseUrls, RunningDatabase } from './database-urls.js';
import { Service } from './service.js';
import { StartupError } from './startup-error.js';
import { waitUntilReady } from './wait-until-ready.js';

const READY_TIMEOUT_MS = 60_000;

/** Variables of the API and the worker: the operator's, without the owner of the database. */
export function serviceEnvironment(settings: Record<string, string>, urls: DatabaseUrls): Record<string, string> {
  const { MIGRATION_DATABASE_URL: _, ...others } = settings;
  return { ...others, DATABASE_URL: urls.app, QUEUE_DATABASE_URL: urls.queue };
}

export function startServices(environment: Record<string, string>, log: (line: string) => void): Service[] {
  const services = [
    new Service({ name: 'The API', entry: entryOf('api'), environment, log }),
    new Service({ name: 'The worker', entry: entryOf('worker'), environment, log }),
  ];
  services.forEach((service) => service.start());
  return services;
}

function entryOf(app: string): string {
  return fileURLToPath(new URL(`../../${app}/dist/main.js`, import.meta.url));
}

/** Resolves with the reason when a part has ended for good that the product cannot do without. */
export async function firstFailure(services: readonly Service[], database: RunningDatabase): Promise<string> {
  return Promise.race([
    ...services.map((service) => service.givenUp),
    database.ended.then(
      () => 'PostgreSQL ended unexpectedly: see postgres.log in the data directory, then start again.',
    ),
  ]);
}

/**
 * Waits until API and worker answer that they are ready.
 *
 * @returns false if `stop` came first.
 * @throws {StartupError} if a part failed, or one is not ready in time.
 */
export async function untilServing(config: Config, failure: Promise<string>, stop: AbortSignal): Promise<boolean> {
  const waiting = new AbortController();
  const signal = AbortSignal.any([stop, waiting.signal]);
  const probe = (port: number): Promise<boolean> =>
    waitUntilReady(`http://${hostInUrl(config.host)}:${port}/health/ready`, READY_TIMEOUT_MS, signal);
  try {
    const outcome = await Promise.race([failure, Promise.all([probe(config.port), probe(config.workerPort)])]);
    if (stop.aborted) {
      return false;
    }
    if (typeof outcome === 'string') {
      throw new StartupError(outcome);
    }
    const late = ['The API', 'The worker'].filter((_, index) => outcome[index] === false);
    if (late.length > 0) {
      throw new StartupError(
        `${late.join(' and ')} did not get ready in ${READY_TIMEOUT_MS / 1_000} s: see the log above, and start again.`,
      );
    }
    return true;
  } finally {
    waiting.abort();
  }
}

/** @throws {StartupError} if a part failed before `stop` came. */
export async function untilStopped(failure: Promise<string>, stop: AbortSignal): Promise<void> {
  const stopped = new Promise<undefined>((resolve) => {
    if (stop.aborted) {
      resolve(undefined);
    }
    stop.addEventListener('abort', () => resolve(undefined));
  });
  const reason = await Promise.race([failure, stopped]);
  if (reason !== undefined) {
    throw new StartupError(reason);
  }
}

/** How clients of this machine reach an address that is listened on. */
export function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') {
    return host === '::' ? '[::1]' : '127.0.0.1';
  }
  return host.includes(':') ? `[${host}]` : host;
}
