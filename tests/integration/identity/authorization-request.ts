import { createHash, randomBytes } from 'node:crypto';
import type { Browser, Page } from './browser.js';
import { requestToken, type TokenAnswer } from './token-request.js';

/** A sign-in with PKCE, from the side of the application. */
export class AuthorizationRequest {
  readonly verifier = randomBytes(32).toString('base64url');
  readonly state = randomBytes(8).toString('hex');
  readonly #parameters: Record<string, string>;

  constructor(
    readonly origin: string,
    readonly clientId: string,
    readonly redirectUri: string,
    scope: string,
    more: Readonly<Record<string, string>> = {},
  ) {
    this.#parameters = {
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      state: this.state,
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...more,
    };
  }

  url(without: readonly string[] = []): string {
    const kept = Object.entries(this.#parameters).filter(([name]) => !without.includes(name));
    return `${this.origin}/oauth/auth?${new URLSearchParams(kept).toString()}`;
  }

  /** The code that the browser brings back. */
  codeOf(page: Page): string {
    const url = new URL(page.url);
    const code = url.searchParams.get('code');
    if (!page.url.startsWith(this.redirectUri) || code === null || url.searchParams.get('state') !== this.state) {
      throw new Error(`No code at ${page.url}: ${page.status} ${page.text}`);
    }
    return code;
  }

  redeem(code: string, more: Readonly<Record<string, string>> = {}): Promise<TokenAnswer> {
    return requestToken(this.origin, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: this.redirectUri,
      client_id: this.clientId,
      code_verifier: this.verifier,
      ...more,
    });
  }
}

/** Goes through the sign-in page; the next page, or where it leads. */
export async function signIn(
  browser: Browser,
  request: AuthorizationRequest,
  username: string,
  password: string,
): Promise<Page> {
  const page = await browser.open(request.url());
  return browser.submit(page, '/sign-in', { username, password });
}
