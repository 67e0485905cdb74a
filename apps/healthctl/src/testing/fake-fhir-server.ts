import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Entry {
  readonly resource?: { readonly resourceType: string; readonly id?: string; readonly [name: string]: unknown };
  readonly request: { readonly method: string; readonly url: string };
}

export interface ReceivedBundle {
  readonly key: string | undefined;
  readonly authorization: string | undefined;
  readonly text: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const fault = (code: string, diagnostics: string, expression?: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code, diagnostics, ...(expression === undefined ? {} : { expression: [expression] }) }],
});

/**
 * A FHIR server as the loader sees one: transactions that are all or nothing, batches, idempotency keys, conditional
 * references, sign-in. It refuses resources that carry `"refuse": true`. Its faults are switched on from outside.
 */
export class FakeFhirServer {
  readonly bundles: ReceivedBundle[] = [];
  /** `Type/id` → resource; created ones under an id of ours. */
  readonly stored = new Map<string, unknown>();
  tokensGiven = 0;
  tokenLifetimeSeconds = 300;
  requireToken = false;
  /** Tokens that are no longer taken. */
  readonly withdrawn = new Set<string>();
  /** Called for each POST of a bundle, counted from 1, before it is looked at: an answer takes its place. */
  interfere: (request: number, bundle: ReceivedBundle) => Promise<Answer | undefined> | Answer | undefined = () =>
    undefined;
  /** Whether to break the connection off after the commit and before the answer. */
  dropAnswer: (request: number) => boolean = () => false;
  atOnce = 0;
  mostAtOnce = 0;
  readonly #answers = new Map<string, Answer>();
  readonly #server = createServer((request, response) => {
    this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  #created = 0;

  static async start(): Promise<FakeFhirServer> {
    const server = new FakeFhirServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get baseUrl(): string {
    return `${this.origin}/fhir`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    const answer = await this.#answer(request, text);
    this.atOnce -= 1;
    if (request.method === 'POST' && request.url === '/fhir' && this.dropAnswer(this.bundles.length)) {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/fhir+json', ...answer.headers });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  }

  async #answer(request: IncomingMessage, text: string): Promise<Answer> {
    if (request.url === '/fhir/metadata') {
      return { status: 200, body: { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' } };
    }
    if (request.url === '/fhir/.well-known/smart-configuration') {
      return { status: 200, body: { token_endpoint: `${this.origin}/token` } };
    }
    if (request.url === '/token') {
      const known = `Basic ${Buffer.from('loader:s%3Aecret').toString('base64')}`;
      if (request.headers.authorization !== known || !text.includes('grant_type=client_credentials')) {
        return { status: 401, body: { error: 'invalid_client' } };
      }
      this.tokensGiven += 1;
      return {
        status: 200,
        body: { access_token: `token-${this.tokensGiven}`, expires_in: this.tokenLifetimeSeconds },
      };
    }
    if (request.method !== 'POST' || request.url !== '/fhir') {
      return { status: 404, body: fault('not-found', 'No such thing.') };
    }
    const header = request.headers['idempotency-key'];
    const bundle = {
      key: typeof header === 'string' ? header : undefined,
      authorization: request.headers.authorization,
      text,
    };
    this.bundles.push(bundle);
    const token = bundle.authorization?.replace('Bearer ', '');
    if (this.requireToken && (token === undefined || this.withdrawn.has(token))) {
      return { status: 401, body: fault('login', 'Sign in.') };
    }
    return (await this.interfere(this.bundles.length, bundle)) ?? this.#once(bundle);
  }

  #once(bundle: ReceivedBundle): Answer {
    const known = bundle.key === undefined ? undefined : this.#answers.get(bundle.key);
    if (known !== undefined) {
      return known;
    }
    const { type, entry = [] } = JSON.parse(bundle.text) as { type: string; entry?: Entry[] };
    const answer = type === 'batch' ? this.#batch(entry) : this.#transaction(entry);
    if (answer.status === 200 && bundle.key !== undefined) {
      this.#answers.set(bundle.key, answer);
    }
    return answer;
  }

  #transaction(entries: readonly Entry[]): Answer {
    const faulty = entries.findIndex((entry) => this.#faultOf(entry) !== undefined);
    if (faulty !== -1) {
      const said = this.#faultOf(entries[faulty] as Entry) ?? '';
      return { status: 422, body: fault('value', said, `Bundle.entry[${faulty}].resource.refuse`) };
    }
    const entry = entries.map((item) => this.#store(item));
    return { status: 200, body: { resourceType: 'Bundle', type: 'transaction-response', entry } };
  }

  #batch(entries: readonly Entry[]): Answer {
    const entry = entries.map((item) => {
      const said = this.#faultOf(item);
      return said === undefined
        ? this.#store(item)
        : { response: { status: '422 Refused', outcome: fault('value', said) } };
    });
    return { status: 200, body: { resourceType: 'Bundle', type: 'batch-response', entry } };
  }

  #faultOf({ resource }: Entry): string | undefined {
    if (resource?.['refuse'] === true) {
      return 'This one is not wanted.';
    }
    const wanted = /"reference":"Practitioner\?identifier=([^"]+)"/.exec(JSON.stringify(resource))?.[1];
    const known = [...this.stored.values()].some((other) => (other as { identifier?: unknown }).identifier === wanted);
    return wanted !== undefined && !known ? 'The conditional reference has no match.' : undefined;
  }

  #store({ resource, request }: Entry): unknown {
    this.#created += 1;
    const place = request.method === 'PUT' ? request.url : `${request.url}/new-${this.#created}`;
    this.stored.set(place, resource);
    return { response: { status: '201 Created', location: place } };
  }
}
