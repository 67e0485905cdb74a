import type { Clock } from '../context.js';
import { External } from '../errors.js';
import type { ClientCredentials } from './client-settings.js';
import { describeNetworkError, type HttpClient, type HttpResponse } from './http-client.js';

interface Token {
  readonly value: string;
  /** From when on a new one is fetched, in milliseconds since 1970 UTC. */
  readonly renewAtMs: number;
}

/** A token is renewed this long before it expires: longer than a request waits on its way. */
const renewBeforeMs = 60_000;
const defaultLifetimeSeconds = 300;

/**
 * Access tokens by the client credentials grant (RFC 6749, section 4.4), fetched once for all workers and renewed
 * before they expire.
 */
export class TokenSource {
  #token: Token | undefined;
  #fetching: Promise<Token> | undefined;
  #tokenUrl: string | undefined;

  constructor(
    private readonly baseUrl: string,
    private readonly credentials: ClientCredentials,
    private readonly http: HttpClient,
    private readonly clock: Clock,
  ) {
    this.#tokenUrl = credentials.tokenUrl;
  }

  /** @throws {External} when the token endpoint cannot be reached or refuses the client. */
  async token(): Promise<string> {
    if (this.#token !== undefined && this.clock.now() < this.#token.renewAtMs) {
      return this.#token.value;
    }
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    this.#token = await this.#fetching;
    return this.#token.value;
  }

  /** Forgets a token that the server does not take any more; a newer one stays. */
  discard(token: string): void {
    if (this.#token?.value === token) {
      this.#token = undefined;
    }
  }

  async #fetch(): Promise<Token> {
    this.#tokenUrl ??= await this.#discover();
    const { clientId, clientSecret, scope } = this.credentials;
    // RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
    const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64');
    const response = await this.#send({
      method: 'POST',
      url: this.#tokenUrl,
      headers: {
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }).toString(),
    });
    const answer = parseObject(response.text);
    const { access_token: value, expires_in: expiresIn, error, error_description: description } = answer;
    if (response.status !== 200 || typeof value !== 'string') {
      const reason = [error, description].filter((part) => typeof part === 'string').join(': ');
      throw new External(
        `Sign-in as ${clientId} was refused (${response.status}${reason === '' ? '' : `, ${reason}`}).`,
        ['Check the client id, its secret and the scopes it was given.'],
      );
    }
    const lifetimeMs = (typeof expiresIn === 'number' ? expiresIn : defaultLifetimeSeconds) * 1000;
    return { value, renewAtMs: this.clock.now() + Math.max(lifetimeMs - renewBeforeMs, lifetimeMs / 2) };
  }

  /** The token endpoint as the server's SMART configuration names it (SMART App Launch 2.2, Conformance). */
  async #discover(): Promise<string> {
    const url = `${this.baseUrl}/.well-known/smart-configuration`;
    const response = await this.#send({ method: 'GET', url, headers: { accept: 'application/json' } });
    const endpoint = parseObject(response.text)['token_endpoint'];
    if (response.status !== 200 || typeof endpoint !== 'string' || !URL.canParse(endpoint)) {
      throw new External(`The server does not say where to sign in (${url}, ${response.status}).`, [
        'Name it: --token-url <url>.',
      ]);
    }
    return endpoint;
  }

  async #send(request: Parameters<HttpClient['send']>[0]): Promise<HttpResponse> {
    try {
      return await this.http.send(request);
    } catch (cause) {
      throw new External(
        `${request.url} cannot be reached: ${describeNetworkError(cause)}.`,
        ['Check that the server runs.'],
        {
          cause,
        },
      );
    }
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
