import { readFileSync } from 'node:fs';
import { LocalPostgresError } from './local-postgres-error.js';

/** Whom the programs of PostgreSQL run as; empty: whoever runs us. */
export interface ProcessIdentity {
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * PostgreSQL refuses to run as root, and initdb refuses a number that has no entry in /etc/passwd. So root lends it
 * the account `postgres` where there is one, else `nobody`.
 *
 * @throws {LocalPostgresError} if we are root and neither account exists.
 */
export function processIdentity(passwd: () => string = () => readFileSync('/etc/passwd', 'utf8')): ProcessIdentity {
  if (process.getuid?.() !== 0) {
    return {};
  }
  const accounts = passwd()
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((fields) => fields[0] === name);
    const uid = Number(account?.[2]);
    const gid = Number(account?.[3]);
    if (uid > 0 && gid > 0) {
      return { uid, gid };
    }
  }
  throw new LocalPostgresError(
    'PostgreSQL does not run as root and there is no account "postgres" or "nobody" to run it as: ' +
      'create one (useradd --system postgres) or start as another user.',
  );
}
