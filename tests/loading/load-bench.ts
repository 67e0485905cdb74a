import { createClient, Database, loadConfig } from '@healthcare/server';
import { type BootedApi, bootApi, freePort, type RoleProcess, startRole, withClient } from '@healthcare/testkit';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An API process, a clinic with a client for healthctl, and a folder to load from. */
export interface LoadBench {
  readonly fhirUrl: string;
  readonly folder: string;
  /** Environment and options by which healthctl signs in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly options: readonly string[];
  api(): RoleProcess;
  /** Starts the API again on the same port, after it was killed. */
  restartApi(): Promise<void>;
  /** Type → rows, of the clinic; and how many versions lie behind them. */
  stored(): Promise<{
    readonly byType: Readonly<Record<string, number>>;
    readonly total: number;
    readonly superseded: number;
  }>;
  stop(): Promise<void>;
}

/** Makes all of it; the API runs as a process of its own, so that it can be killed. */
export async function startLoadBench(): Promise<LoadBench> {
  const home: BootedApi = await bootApi();
  const tenantId = await home.tenant('loading');
  const access = new Database(loadConfig(home.environment).database, 'test');
  const credentials = await createClient(access, {
    tenantId,
    name: 'healthctl',
    scopes: ['system/*.cruds'],
    grantTypes: ['client_credentials'],
  });
  await access.close();
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const start = (): Promise<RoleProcess> =>
    startRole(
      'api',
      { ...home.environment, PORT: String(port), PUBLIC_URL: origin, LOG_LEVEL: 'warn' },
      `${origin}/health/ready`,
      () => {},
    );
  let api = await start();
  const folder = await mkdtemp(join(tmpdir(), 'healthctl-load-'));
  return {
    fhirUrl: `${origin}/fhir/R4`,
    folder,
    environment: { HEALTHCTL_CLIENT_SECRET: credentials.clientSecret },
    options: ['--url', `${origin}/fhir/R4`, '--client-id', credentials.clientId, '--json'],
    api: () => api,
    restartApi: async () => {
      api = await start();
    },
    stored: () =>
      withClient(home.database.appUrl, async (client) => {
        await client.query(`select set_config('app.tenant_id', $1, false)`, [String(tenantId)]);
        const { rows } = await client.query<{ type: string; count: string }>(
          'select type, count(*) from fhir.resource group by 1 order by 1',
        );
        const history = await client.query<{ count: string }>('select count(*) from fhir.resource_history');
        const byType = Object.fromEntries(rows.map(({ type, count }) => [type, Number(count)]));
        const total = Object.values(byType).reduce((sum, count) => sum + count, 0);
        return { byType, total, superseded: Number(history.rows[0]?.count) };
      }),
    stop: async () => {
      await api.stop();
      await home.stop();
      await rm(folder, { recursive: true });
    },
  };
}
