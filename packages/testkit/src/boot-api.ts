import { createClient, createLogger, Database, loadConfig, startApi } from '@healthcare/server';
import { randomBytes } from 'node:crypto';
import { startRole } from './api-process.js';
import { createTenant } from './create-tenant.js';
import { FhirClient } from './fhir-client.js';
import { freePort } from '@healthcare/local-postgres';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/**
 * How many API processes serve a test. Unset: the API runs in the test's own process. From 1 on, processes of their own
 * share the database and the test's requests go to them in turn.
 */
const PROCESSES_VARIABLE = 'HEALTHCARE_TEST_API_PROCESSES';

/** What `demo-client.json` holds. */
export interface ClientFile {
  readonly fhirUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An API on a database of its own. */
export interface BootedApi {
  readonly origin: string;
  readonly fhirUrl: string;
  readonly database: TestDatabase;
  /** What the process was started with, to start another on the same database. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lines of the log so far. */
  readonly log: readonly string[];
  /** Number of the clinic of that name, which is made when it is not there. */
  tenant(slug: string): Promise<number>;
  /** A client-credentials client of a clinic, in the form in which `npm start` leaves one. */
  credentials(slug: string, scope?: string): Promise<ClientFile>;
  /** A caller of a clinic, with a token got by client credentials. */
  client(slug: string, scope?: string): Promise<FhirClient>;
  stop(): Promise<void>;
}

/** Starts an API, on a new database unless one is given. */
export async function bootApi(
  options: { readonly database?: TestDatabase; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<BootedApi> {
  const database = options.database ?? (await createTestDatabase());
  const port = await freePort();
  const environment = {
    DATABASE_URL: database.appUrl,
    MIGRATION_DATABASE_URL: database.url,
    QUEUE_DATABASE_URL: database.queueUrl,
    IDENTITY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ...options.environment,
    PORT: String(port),
  };
  const log: string[] = [];
  const servers = await startServers(environment, (line) => void log.push(line));
  const config = loadConfig(environment);
  const access = new Database(config.database, 'test');
  const tenants = new Map<string, number>();
  const tenant = async (slug: string): Promise<number> => {
    const known = tenants.get(slug) ?? (await createTenant(database.url, slug));
    tenants.set(slug, known);
    return known;
  };
  const credentials = async (slug: string, scope = 'system/*.cruds'): Promise<ClientFile> => {
    const client = await createClient(access, {
      tenantId: await tenant(slug),
      name: `test ${slug}`,
      scopes: scope.split(' '),
      grantTypes: ['client_credentials'],
    });
    return { fhirUrl: config.fhirBaseUrl, tokenUrl: `${config.publicUrl}/oauth/token`, ...client };
  };
  return {
    origin: config.publicUrl,
    fhirUrl: config.fhirBaseUrl,
    database,
    environment,
    log,
    tenant,
    credentials,
    client: async (slug, scope = 'system/*.cruds') => {
      const token = await requestToken(await credentials(slug, scope), scope);
      return new FhirClient(config.fhirBaseUrl, token, servers.origins);
    },
    stop: async () => {
      await servers.stop();
      await access.close();
      if (options.database === undefined) {
        await database.drop();
      }
    },
  };
}

interface Servers {
  readonly origins: readonly string[];
  stop(): Promise<void>;
}

async function startServers(
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Promise<Servers> {
  const processes = Number(process.env[PROCESSES_VARIABLE] ?? 0);
  if (processes === 0) {
    const logger = createLogger({ level: 'info', role: 'api', destination: { write: onLine } });
    const api = await startApi(environment, { logger });
    return { origins: [`http://127.0.0.1:${environment['PORT']}`], stop: () => api.stop() };
  }
  const ports = [environment['PORT']!];
  while (ports.length < processes) {
    ports.push(String(await freePort()));
  }
  const origins = ports.map((port) => `http://127.0.0.1:${port}`);
  const started = await Promise.all(
    ports.map((port, index) =>
      startRole('api', { ...environment, PORT: port }, `${origins[index]}/health/ready`, onLine),
    ),
  );
  return { origins, stop: async () => void (await Promise.all(started.map((server) => server.stop()))) };
}

async function requestToken({ tokenUrl, clientId, clientSecret }: ClientFile, scope: string): Promise<string> {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
  });
  if (!response.ok) {
    throw new Error(`No token: ${response.status} ${await response.text()}`);
  }
  return ((await response.json()) as { access_token: string }).access_token;
}
