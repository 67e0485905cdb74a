import type { DatabaseUrls, RunningDatabase } from './database-urls.js';
import { withClient } from './database-logins.js';
import { StartupError } from './startup-error.js';

/** Settings of a database that the operator runs. */
export interface ExternalDatabaseSettings {
  /** `DATABASE_URL` */
  readonly url: string;
  /** `MIGRATION_DATABASE_URL` */
  readonly migrationUrl?: string | undefined;
  /** `QUEUE_DATABASE_URL` */
  readonly queueUrl?: string | undefined;
}

/**
 * Uses the database of `DATABASE_URL`. A login that row-level security does not bind becomes the group role at the
 * start of each connection; one that is bound already stays what it is.
 *
 * @throws {StartupError} if the database cannot be reached.
 */
export async function useExternalDatabase(settings: ExternalDatabaseSettings): Promise<RunningDatabase> {
  await requireReachable('DATABASE_URL', settings.url);
  if (settings.migrationUrl !== undefined) {
    await requireReachable('MIGRATION_DATABASE_URL', settings.migrationUrl);
  }
  const urls: DatabaseUrls = {
    owner: settings.migrationUrl ?? settings.url,
    app: settings.url,
    queue: settings.queueUrl ?? settings.url,
  };
  const { host, pathname } = new URL(settings.url);
  return {
    urls,
    description: `${host}${pathname} (DATABASE_URL)`,
    ended: new Promise(() => {}),
    grantLogins: async () => ({
      ...urls,
      app: await restricted(urls.app, 'healthcare_app'),
      queue: await restricted(urls.queue, 'healthcare_queue'),
    }),
    stop: async () => {},
    kill: async () => {},
  };
}

async function requireReachable(variable: string, url: string): Promise<void> {
  try {
    await withClient(url, (client) => client.query('select 1'));
  } catch (error) {
    const { host } = URL.canParse(url) ? new URL(url) : { host: 'an address that is not a URL' };
    const cause = error instanceof AggregateError ? (error.errors[0] as Error) : (error as Error);
    throw new StartupError(
      `The database of ${variable} at ${host} cannot be reached (${cause.message}): check the variable and that ` +
        'PostgreSQL runs there, or unset it to use the embedded one.',
      { cause: error },
    );
  }
}

/** The URL itself if its login is bound by row-level security, else with the group role. */
async function restricted(url: string, role: string): Promise<string> {
  const parsed = new URL(url);
  if (parsed.searchParams.has('options')) {
    return url;
  }
  const isBound = await withClient(url, async (client) => {
    const { rows } = await client.query<{ bound: boolean }>(
      `select not (rolsuper or rolbypassrls) and not exists (
         select from pg_namespace n
         where n.nspname in ('platform', 'fhir', 'identity') and pg_has_role(current_user, n.nspowner, 'usage')
       ) as bound from pg_roles where rolname = current_user`,
    );
    return rows[0]?.bound === true;
  });
  if (isBound) {
    return url;
  }
  // Not by searchParams: it writes a space as "+", which is a plus to libpq.
  return `${url}${parsed.search === '' ? '?' : '&'}options=${encodeURIComponent(`-c role=${role}`)}`;
}
