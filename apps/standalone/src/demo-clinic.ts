import type { Config } from '@healthcare/server/config';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withClient } from './database-logins.js';
import type { DatabaseUrls } from './database-urls.js';
import { writePrivately } from './secrets.js';

export interface DemoClinicOptions {
  readonly urls: DatabaseUrls;
  readonly config: Config;
  readonly dataDirectory: string;
  readonly log: (line: string) => void;
}

const SLUG = 'demo';
const OPERATOR = 'operator';

/** An application on the developer's own machine, so that people can sign in to something. It has no secret. */
const DEMO_APP = { clientId: 'demo-app', redirectUris: ['http://localhost:3000/callback'] } as const;

/** Where the addresses and credentials of the demo clinic's client are written. */
interface DemoClientFile {
  readonly fhirUrl: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Gives a database without clinics a demo clinic: a client for programs, whose credentials go to a file, and an
 * operator, whose password is said once.
 *
 * An interrupted attempt leaves a mark, and the next start begins anew: nothing has been served in between.
 *
 * @returns The file of the client; undefined if the database has clinics that were not made here.
 */
export async function ensureDemoClinic(options: DemoClinicOptions): Promise<string | undefined> {
  const { urls, dataDirectory } = options;
  const file = join(dataDirectory, 'demo-client.json');
  const mark = join(dataDirectory, 'demo-clinic.unfinished');
  const tenantId = await withClient(urls.owner, async (client) => {
    const unfinished = Number(await readFile(mark, 'utf8').catch(() => ''));
    if (unfinished > 0) {
      // Its client and its operator go with it.
      await client.query('delete from platform.tenant where id = $1', [unfinished]);
    }
    await client.query('begin');
    const { rows } = await client.query<{ id: number }>(
      `insert into platform.tenant (slug, name) select $1, 'Demo Clinic'
       where not exists (select from platform.tenant) on conflict (slug) do nothing returning id`,
      [SLUG],
    );
    const id = rows[0]?.id;
    if (id !== undefined) {
      // Before the commit: the mark may name a clinic that was never made, but no clinic is left without its mark.
      await writeFile(mark, String(id));
    }
    await client.query('commit');
    return id;
  });
  if (tenantId !== undefined) {
    const password = await createCallers(options, tenantId, file);
    options.log(
      `\nMade a demo clinic. Its operator signs in as "${OPERATOR}" with the password "${password}"; ` +
        'it is shown only this once.',
    );
  }
  await rm(mark, { force: true });
  return (await updateAddresses(options, file)) ? file : undefined;
}

/** The file stays right when the port or the public address has changed since. */
async function updateAddresses({ config }: DemoClinicOptions, file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    return false;
  }
  const content = JSON.parse(text) as DemoClientFile;
  const current = { ...content, ...addresses(config) };
  if (JSON.stringify(current) !== JSON.stringify(content)) {
    await writePrivately(file, current);
  }
  return true;
}

function addresses(config: Config): Pick<DemoClientFile, 'fhirUrl' | 'tokenUrl'> {
  return { fhirUrl: config.fhirBaseUrl, tokenUrl: `${config.publicUrl}/oauth/token` };
}

/** @returns the operator's password */
async function createCallers(options: DemoClinicOptions, tenantId: number, file: string): Promise<string> {
  const { config, urls } = options;
  // Loaded here, since a start with data does without: it is most of the server.
  const { createClient, createUser, Database, OPERATOR_SCOPE } = await import('@healthcare/server');
  const database = new Database({ ...config.database, url: urls.app, poolSize: 1 }, 'standalone');
  try {
    const credentials = await createClient(database, {
      tenantId,
      name: 'Demo client',
      scopes: ['system/*.cruds'],
      grantTypes: ['client_credentials'],
    });
    await createClient(database, {
      tenantId,
      clientId: DEMO_APP.clientId,
      name: 'Demo app',
      scopes: ['user/*.cruds', OPERATOR_SCOPE],
      grantTypes: ['authorization_code', 'refresh_token'],
      redirectUris: DEMO_APP.redirectUris,
      isPublic: true,
    });
    const { password } = await createUser(database, {
      tenantId,
      username: OPERATOR,
      displayName: 'Operator',
      scopes: ['user/*.cruds', OPERATOR_SCOPE],
    });
    await writePrivately(file, { ...addresses(config), ...credentials } satisfies DemoClientFile);
    return password;
  } finally {
    await database.close();
  }
}
