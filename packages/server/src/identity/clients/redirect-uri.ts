import { IdentityInputError } from '../identity-input-error.js';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Accepts `https:` anywhere and `http:` on this very machine only, since codes travel in these URLs.
 *
 * @throws {IdentityInputError}
 */
export function requireRedirectUris(uris: readonly string[]): void {
  for (const uri of uris) {
    const url = URL.parse(uri);
    const isSafe =
      url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)));
    if (url === null || !isSafe || uri.includes('#') || url.username !== '' || url.password !== '') {
      throw new IdentityInputError(
        'A redirect URI is an absolute https: URL (http: only for localhost) without a fragment or a password.',
      );
    }
  }
}
