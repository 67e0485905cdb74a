/** What a server answered. */
export interface FhirAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as text, as it came. */
  readonly text: string;
  /** The body as JSON; throws where it is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads whatever the server says
  readonly json: any;
}

/** A caller of the FHIR API with one access token. */
export class FhirClient {
  #requests = 0;

  /** @param origins Where the servers really are; requests go to them in turn. */
  constructor(
    readonly baseUrl: string,
    readonly token: string | undefined,
    private readonly origins: readonly string[] = [new URL(baseUrl).origin],
  ) {}

  get(path: string, headers: Record<string, string> = {}): Promise<FhirAnswer> {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<FhirAnswer> {
    return this.send('POST', path, body, headers);
  }

  put(path: string, body: unknown, headers: Record<string, string> = {}): Promise<FhirAnswer> {
    return this.send('PUT', path, body, headers);
  }

  delete(path: string, headers: Record<string, string> = {}): Promise<FhirAnswer> {
    return this.send('DELETE', path, undefined, headers);
  }

  /** @param path Below the FHIR base, or an absolute URL (of a link). A string body goes as it is. */
  async send(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<FhirAnswer> {
    const url = new URL(/^https?:/.test(path) ? path : `${this.baseUrl}/${path}`.replace(/\/$/, ''));
    const origin = this.origins[this.#requests++ % this.origins.length]!;
    const response = await fetch(`${origin}${url.pathname}${url.search}`, {
      method,
      headers: {
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text) as unknown;
      },
    };
  }
}
