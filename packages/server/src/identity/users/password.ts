import { hash, verify } from '@node-rs/argon2';
import { randomBytes } from 'node:crypto';

/** The library's `Algorithm.Argon2id`: a const enum, which modules compiled one by one cannot import. */
const ARGON2ID = 2;

/**
 * argon2id with 19 MiB, two passes and one lane: the first recommendation of the OWASP Password Storage Cheat Sheet.
 * 13 ms of one core: docs/adr/0003-identity.md.
 */
const PARAMETERS = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Beyond this a password is no longer typed: hashing megabytes would be work for an attacker's sake. */
export const MAX_PASSWORD_LENGTH = 256;
export const MIN_PASSWORD_LENGTH = 12;

export async function hashPassword(password: string): Promise<string> {
  return hash(normalize(password), PARAMETERS);
}

/** Crockford's base 32: no letter that is taken for a digit. */
const SYMBOLS = '0123456789abcdefghjkmnpqrstvwxyz';

/** A password made up by chance: 120 random bits in six groups of four letters and digits. */
export function generatePassword(): string {
  const letters = Array.from(randomBytes(24), (byte) => SYMBOLS[byte % SYMBOLS.length]).join('');
  return (letters.match(/.{4}/g) as string[]).join('-');
}

/** Checks passwords; an unknown account costs the same time as a wrong password. */
export class PasswordVerifier {
  readonly #decoy = hashPassword(randomBytes(16).toString('base64'));

  /** @param stored Undefined where there is no such account: the answer is no then, after the same work. */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    if (password.length > MAX_PASSWORD_LENGTH) {
      return false;
    }
    const matches = await verify(stored ?? (await this.#decoy), normalize(password));
    return matches && stored !== undefined;
  }
}

/** The same characters typed on another keyboard are the same password (NIST SP 800-63B, section 5.1.1.2). */
function normalize(password: string): string {
  return password.normalize('NFKC');
}
