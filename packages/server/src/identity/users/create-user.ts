import type { Database } from '../../platform/database/index.js';
import { IdentityInputError } from '../identity-input-error.js';
import { requireKnownScopes } from '../scopes/require-known-scopes.js';
import { generatePassword, hashPassword, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './password.js';
import { usernameKey } from './username.js';

export interface NewUser {
  readonly tenantId: number;
  /** Unique in the clinic, whatever the case. */
  readonly username: string;
  /** 12 to 256 characters; made up when not given. */
  readonly password?: string;
  /** The most that applications may do in the name of this person, e.g. `user/*.cruds`. */
  readonly scopes: readonly string[];
  readonly displayName: string;
}

/**
 * Makes a person of a clinic who can sign in.
 *
 * @returns The password that was given or made up: it is told here and never again.
 * @throws {IdentityInputError} for values that make no sense, and for a name that is taken.
 */
export async function createUser(
  database: Database,
  user: NewUser,
): Promise<{ readonly userId: string; readonly password: string }> {
  const key = usernameKey(user.username);
  if (key === undefined) {
    throw new IdentityInputError('A user name has 1 to 128 characters, none of them a control character.');
  }
  if (user.displayName.trim() === '') {
    throw new IdentityInputError('A user needs a name to be shown.');
  }
  const password = user.password ?? generatePassword();
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH) {
    throw new IdentityInputError(`A password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`);
  }
  requireKnownScopes(user.scopes);
  const passwordHash = await hashPassword(password);
  const rows = await database.withTenant(user.tenantId, (tx) =>
    tx.query<{ id: string }>(
      `insert into identity.app_user (tenant_id, username, username_key, display_name, password_hash, scopes)
       values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, username_key) do nothing returning id`,
      [user.tenantId, user.username.trim(), key, user.displayName, passwordHash, user.scopes],
    ),
  );
  const userId = rows[0]?.id;
  if (userId === undefined) {
    throw new IdentityInputError('The clinic has a user of that name already.');
  }
  return { userId, password };
}
