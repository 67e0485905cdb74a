import type { Account, KoaContextWithOIDC } from 'oidc-provider';
import { ScopeSet } from '../scope-set.js';
import type { UserReader } from '../users/user-reader.js';
import { clientFacts } from './client-metadata.js';

/** A person, with the most that may be granted in their name. */
export interface UserAccount extends Account {
  readonly ceiling: ScopeSet;
}

/**
 * Finds the person of a session or grant, in the clinic of the client that asks: somebody of another clinic, and
 * somebody who was disabled since, is not found.
 */
export async function findAccount(
  users: UserReader,
  ctx: KoaContextWithOIDC,
  id: string,
): Promise<UserAccount | undefined> {
  const { client } = ctx.oidc;
  const user = client === undefined ? undefined : await users.byId(clientFacts(client).tenantId, id);
  return user === undefined
    ? undefined
    : {
        accountId: user.id,
        ceiling: ScopeSet.of(user.scopes),
        claims: () => ({ sub: user.id, name: user.displayName, preferred_username: user.username }),
      };
}
