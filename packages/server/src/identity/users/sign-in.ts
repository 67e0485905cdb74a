import { PasswordVerifier } from './password.js';
import type { SignInLimit } from './sign-in-limit.js';
import type { UserReader } from './user-reader.js';
import { usernameKey } from './username.js';

export interface Credentials {
  readonly tenantId: number;
  readonly username: string;
  readonly password: string;
  /** Where the request comes from. */
  readonly address: string;
}

export type SignInResult =
  | { readonly outcome: 'signed-in'; readonly userId: string }
  /** Name or password are wrong; which of them is nobody's business. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'too-many'; readonly waitMs: number };

/** Checks name and password of a person of one clinic. */
export class SignIn {
  readonly #passwords = new PasswordVerifier();

  constructor(
    private readonly users: UserReader,
    private readonly limit: SignInLimit,
  ) {}

  async attempt({ tenantId, username, password, address }: Credentials): Promise<SignInResult> {
    const key = usernameKey(username);
    const attempt = { tenantId, usernameKey: key ?? '', address };
    const waitMs = await this.limit.admit(attempt);
    if (waitMs > 0) {
      return { outcome: 'too-many', waitMs };
    }
    const user = key === undefined ? undefined : await this.users.byUsername(tenantId, key);
    const isRight = await this.#passwords.verify(password, user?.passwordHash);
    if (user === undefined || !isRight) {
      return { outcome: 'refused' };
    }
    await this.limit.forgive(attempt);
    return { outcome: 'signed-in', userId: user.id };
  }
}
