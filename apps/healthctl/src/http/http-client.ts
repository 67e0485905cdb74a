import { Agent, request } from 'undici';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** The `Retry-After` header as it came. */
  readonly retryAfter: string | undefined;
  readonly text: string;
}

export interface HttpClientOptions {
  /** Connections kept open to a server: as many as requests may run at once. */
  readonly connections: number;
  /** From sending to the last byte of the answer. */
  readonly timeoutMs: number;
}

/** An answer to a load is a line an entry; anything larger is not one. */
const maxResponseBytes = 64 * 1024 * 1024;

/** HTTP with connections kept alive. Rejects when there is no whole answer; every status is an answer. */
export class HttpClient {
  readonly #agent: Agent;

  constructor(private readonly options: HttpClientOptions) {
    this.#agent = new Agent({
      connections: options.connections,
      pipelining: 1,
      // One limit for the whole request, below: a server may rightly think for long before its first byte.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: Math.min(options.timeoutMs, 10_000) },
    });
  }

  async send({ method, url, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
    const timeout = AbortSignal.timeout(this.options.timeoutMs);
    const response = await request(url, {
      method,
      headers,
      dispatcher: this.#agent,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      ...(body === undefined ? {} : { body }),
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxResponseBytes) {
        throw new Error(`the answer is larger than ${maxResponseBytes} bytes`);
      }
      chunks.push(chunk);
    }
    const retryAfter = response.headers['retry-after'];
    return {
      status: response.statusCode,
      retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
      text: Buffer.concat(chunks, bytes).toString('utf8'),
    };
  }

  /** Ends idle connections now and breaks off the rest. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** Why there was no answer, in a few words: the innermost cause says it best (`connect ECONNREFUSED …`). */
export function describeNetworkError(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  if (error.name === 'TimeoutError') {
    return 'no answer in time';
  }
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : error.cause;
  return inner === undefined ? error.message : describeNetworkError(inner);
}
