import type { Database } from '../../platform/database/index.js';

/** A person who may sign in. */
export interface SignInUser {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly scopes: readonly string[];
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly username: string;
  readonly display_name: string;
  readonly password_hash: string;
  readonly scopes: string[];
}

const COLUMNS = 'select id, username, display_name, password_hash, scopes from identity.app_user';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Finds people of one clinic who are not disabled. */
export class UserReader {
  constructor(private readonly database: Database) {}

  /** @param key What `usernameKey` made of the name. */
  async byUsername(tenantId: number, key: string): Promise<SignInUser | undefined> {
    return this.#find(
      tenantId,
      'identity_user_by_name',
      `${COLUMNS} where tenant_id = $1 and username_key = $2 and disabled_at is null`,
      key,
    );
  }

  async byId(tenantId: number, id: string): Promise<SignInUser | undefined> {
    if (!UUID.test(id)) {
      return undefined;
    }
    return this.#find(
      tenantId,
      'identity_user_by_id',
      `${COLUMNS} where tenant_id = $1 and id = $2 and disabled_at is null`,
      id,
    );
  }

  async #find(tenantId: number, name: string, text: string, value: string): Promise<SignInUser | undefined> {
    const [row] = await this.database.read<Row>(tenantId, { name, text }, [tenantId, value]);
    return row === undefined
      ? undefined
      : {
          id: row.id,
          username: row.username,
          displayName: row.display_name,
          passwordHash: row.password_hash,
          scopes: row.scopes,
        };
  }
}
