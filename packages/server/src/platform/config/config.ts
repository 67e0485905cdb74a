import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from './config-error.js';

const port = z.coerce.number().int().min(0).max(65_535);
const milliseconds = z.coerce.number().int().min(1).max(3_600_000);
const postgresUrl = z
  .string()
  .refine((value) => /^postgres(ql)?:\/\//.test(value) && URL.canParse(value), 'must be a postgres:// URL');
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/**
 * Every variable that the server reads, with its default. A name that is not here is not read anywhere.
 * An empty variable counts as not set: that is what a Compose file or a ConfigMap makes of a missing value.
 */
const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(8088),
  WORKER_PORT: port.default(8089),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  TRUSTED_PROXIES: list.default([]),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DATABASE_URL: postgresUrl,
  MIGRATION_DATABASE_URL: postgresUrl.optional(),
  QUEUE_DATABASE_URL: postgresUrl.optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(10),
  DATABASE_CONNECT_TIMEOUT_MS: milliseconds.default(5_000),
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds.default(20_000),
  IDENTITY_ENCRYPTION_KEY: z
    .base64()
    .refine((value) => Buffer.from(value, 'base64').length === 32, 'must be 32 bytes in base64'),
  REQUEST_BODY_LIMIT_BYTES: z.coerce
    .number()
    .int()
    .min(1_024)
    .max(256 * 1_024 * 1_024)
    .default(32 * 1_024 * 1_024),
  REQUEST_TIMEOUT_MS: milliseconds.default(30_000),
  SHUTDOWN_DRAIN_MS: z.coerce.number().int().min(0).max(300_000).default(0),
  SHUTDOWN_TIMEOUT_MS: milliseconds.default(15_000),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(200).default(10),
  WORKER_HEARTBEAT_MS: milliseconds.default(5_000),
  WORKER_LOST_AFTER_MS: milliseconds.default(20_000),
  WORKER_SILENCE_MS: milliseconds.default(30_000),
  SUBSCRIPTION_MAX_ATTEMPTS: z.coerce.number().int().min(1).max(25).default(8),
  SUBSCRIPTION_ALLOWED_NETWORKS: list.default([]),
});

/** The server's settings: read once, at boot, and frozen. Times are in milliseconds, sizes in bytes. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly workerPort: number;
  /** Origin under which clients see the server, without a slash at the end. */
  readonly publicUrl: string;
  readonly fhirBaseUrl: string;
  readonly softwareVersion: string;
  readonly logLevel: z.infer<typeof environment>['LOG_LEVEL'];
  readonly database: DatabaseConfig;
  readonly migrationDatabaseUrl: string;
  readonly queueDatabaseUrl: string;
  readonly identityEncryptionKey: Buffer;
  readonly http: {
    /** Addresses or CIDR blocks of the proxies whose X-Forwarded-For is believed. */
    readonly trustedProxies: readonly string[];
    readonly bodyLimitBytes: number;
    readonly requestTimeoutMs: number;
  };
  readonly shutdown: {
    /** How long to go on serving after readiness is off, until no load balancer sends requests any more. */
    readonly drainMs: number;
    /** How long open requests and jobs may take to end after that. */
    readonly timeoutMs: number;
  };
  readonly worker: {
    /** Jobs at the same time. */
    readonly concurrency: number;
    /** How often a worker says that it is alive. */
    readonly heartbeatMs: number;
    /** After how long without that its jobs are given to others. */
    readonly lostAfterMs: number;
    /** After how long without looking for jobs a worker is no longer live. */
    readonly silenceMs: number;
  };
  readonly subscriptions: {
    readonly maxAttempts: number;
    /** CIDR blocks of private networks that receivers may live in. */
    readonly allowedNetworks: readonly string[];
  };
}

export interface DatabaseConfig {
  readonly url: string;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
}

/** What to set where a message alone would leave the reader searching. */
const remedies: Readonly<Record<string, string>> = {
  DATABASE_URL: 'Set it to the database of the application role, e.g. postgres://user:password@host:5432/healthcare.',
  IDENTITY_ENCRYPTION_KEY: 'Make one with: node -p "crypto.randomBytes(32).toString(\'base64\')"',
};

/**
 * Reads the settings from environment variables.
 *
 * @throws {ConfigError} naming every variable that is missing or wrong, and what to set it to.
 */
export function loadConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const read = environment.safeParse(given);
  if (!read.success) {
    throw new ConfigError(
      read.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        const problem = name in given ? issue.message : 'is not set';
        return `${name}: ${problem}.${remedies[name] === undefined ? '' : ` ${remedies[name]}`}`;
      }),
    );
  }
  const env = read.data;
  if (env.WORKER_LOST_AFTER_MS < 2 * env.WORKER_HEARTBEAT_MS) {
    throw new ConfigError([
      `WORKER_LOST_AFTER_MS: must be at least twice WORKER_HEARTBEAT_MS (${env.WORKER_HEARTBEAT_MS}), or workers that are alive lose their jobs.`,
    ]);
  }
  const publicUrl = (
    env.PUBLIC_URL ?? `http://${env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST}:${env.PORT}`
  ).replace(/\/+$/, '');
  return Object.freeze<Config>({
    host: env.HOST,
    port: env.PORT,
    workerPort: env.WORKER_PORT,
    publicUrl,
    fhirBaseUrl: `${publicUrl}/fhir/R4`,
    softwareVersion: readSoftwareVersion(),
    logLevel: env.LOG_LEVEL,
    database: Object.freeze({
      url: env.DATABASE_URL,
      poolSize: env.DATABASE_POOL_SIZE,
      connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT_MS,
      statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
    }),
    migrationDatabaseUrl: env.MIGRATION_DATABASE_URL ?? env.DATABASE_URL,
    queueDatabaseUrl: env.QUEUE_DATABASE_URL ?? env.DATABASE_URL,
    identityEncryptionKey: Buffer.from(env.IDENTITY_ENCRYPTION_KEY, 'base64'),
    http: Object.freeze({
      trustedProxies: Object.freeze(env.TRUSTED_PROXIES),
      bodyLimitBytes: env.REQUEST_BODY_LIMIT_BYTES,
      requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
    }),
    shutdown: Object.freeze({ drainMs: env.SHUTDOWN_DRAIN_MS, timeoutMs: env.SHUTDOWN_TIMEOUT_MS }),
    worker: Object.freeze({
      concurrency: env.WORKER_CONCURRENCY,
      heartbeatMs: env.WORKER_HEARTBEAT_MS,
      lostAfterMs: env.WORKER_LOST_AFTER_MS,
      silenceMs: env.WORKER_SILENCE_MS,
    }),
    subscriptions: Object.freeze({
      maxAttempts: env.SUBSCRIPTION_MAX_ATTEMPTS,
      allowedNetworks: Object.freeze(env.SUBSCRIPTION_ALLOWED_NETWORKS),
    }),
  });
}

function readSoftwareVersion(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
