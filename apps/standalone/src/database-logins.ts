import pg from 'pg';

/** A login of one of our processes: a member of one group and nothing else. */
export interface Login {
  readonly login: string;
  readonly group: string;
  readonly password: string;
}

/**
 * Makes the login that owns the schemas, and its database. It may make the group roles and is no superuser, so that
 * what a migration may do here is what it may do on a managed server.
 */
export async function ensureOwner(superuserUrl: string, database: string, password: string): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    await ensureRole(client, 'healthcare_owner', 'createrole', password);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) {
      await client.query(`create database ${database} owner healthcare_owner`);
      await client.query(`revoke all on database ${database} from public`);
    }
  });
}

/** Makes the logins of our processes; the groups are there already. */
export async function ensureLogins(superuserUrl: string, logins: readonly Login[]): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    await client.query('begin');
    for (const { login, group, password } of logins) {
      if (await ensureRole(client, login, '', password)) {
        await client.query(`grant connect on database ${client.database} to ${group}; grant ${group} to ${login}`);
      }
    }
    await client.query('commit');
  });
}

/** @returns whether it had to be made. */
async function ensureRole(client: pg.Client, name: string, attributes: string, password: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
  if (rowCount !== 0) {
    return false;
  }
  await client.query(`create role ${name} login ${attributes} password ${client.escapeLiteral(password)}`);
  return true;
}

/** Runs `work` on a connection of its own. */
export async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  // The query at hand fails as well; without a listener a lost connection would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
