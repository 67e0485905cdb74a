import type { HttpAnswer } from './send-bytes.js';
import type { SeededRandom } from './seeded-random.js';

/** What is right for the server to do. */
export type Expectation =
  /** A status of 4xx with an OperationOutcome, for each request that was sent. */
  | { readonly kind: 'refused'; readonly answers?: number }
  /**
   * As above, or no answer at all, or one without a body: what came was no request that could be answered, and Node's
   * HTTP server itself turned it away.
   */
  | { readonly kind: 'refused-or-closed' }
  /**
   * Strange, but valid: refused, or answered with 2xx in the one way that is right. `judge` returns what is wrong with
   * the answer, or undefined.
   */
  | { readonly kind: 'valid'; readonly judge: (answer: HttpAnswer) => string | undefined }
  /**
   * Strange, but a resource that a server may take: refused, or created. What is created is counted against the rows
   * of the database, and has to come back holding `literal`.
   */
  | { readonly kind: 'may-store'; readonly literal: string };

/** One case. */
export interface MalformedRequest {
  readonly family: string;
  /** What is wrong with it, for the report of a failure. */
  readonly fault: string;
  /** What goes over the wire, piece by piece. */
  readonly pieces: readonly (string | Buffer)[];
  /** How the client ends: waits for the answer (default), sends FIN at once, or cuts the connection. */
  readonly ending?: 'wait' | 'half-close' | 'cut';
  readonly expect: Expectation;
}

/** What the generators know about the server. */
export interface Target {
  /** `host:port` for the Host header. */
  readonly authority: string;
  /** Path of the FHIR base: `/fhir/R4`. */
  readonly basePath: string;
  readonly token: string;
  /** Id of a Patient that exists, whom no search of the suite may find. */
  readonly patientId: string;
}

/** A family makes one case after the other, as many as are wanted. */
export interface Family {
  readonly name: string;
  /** Share of the cases. */
  readonly weight: number;
  next(random: SeededRandom, target: Target): MalformedRequest;
}

export interface RequestParts {
  readonly method?: string;
  /** Below the FHIR base, with its query; sent as it is. */
  readonly path: string;
  /** Replaces the whole target of the request line. */
  readonly rawTarget?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly authorization?: string | undefined;
}

/** The bytes of a request that is correct as far as its parts are. */
export function httpRequest(target: Target, parts: RequestParts): Buffer {
  const body = parts.body === undefined ? undefined : Buffer.from(parts.body as string);
  const headers: Record<string, string> = {
    host: target.authority,
    connection: 'close',
    authorization: parts.authorization ?? `Bearer ${target.token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/fhir+json', 'content-length': String(body.length) }),
    ...parts.headers,
  };
  const lines = Object.entries(headers)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${parts.method ?? 'GET'} ${parts.rawTarget ?? `${target.basePath}/${parts.path}`} HTTP/1.1\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body ?? Buffer.alloc(0)]);
}
