import type { Clock } from '../context.js';
import { External } from '../errors.js';
import { backoffMs, mayRetry } from '../http/backoff.js';
import { describeNetworkError, type HttpClient, type HttpResponse } from '../http/http-client.js';
import type { TokenSource } from '../http/token-source.js';

/** The load was told to stop before the server gave its answer; what it does with the request shows at the next run. */
export class Interrupted extends Error {}

export interface EndpointOptions {
  readonly baseUrl: string;
  readonly http: HttpClient;
  /** Absent: requests without a token. */
  readonly tokens: TokenSource | undefined;
  readonly retries: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** No further attempts. */
  readonly stopping: AbortSignal;
  /** Break off what is under way. */
  readonly killed: AbortSignal;
  readonly onRetry: () => void;
}

const fhirJson = 'application/fhir+json';

/** The FHIR server that is loaded into: sends bundles, and sends them again as long as there is hope. */
export class FhirEndpoint {
  constructor(private readonly options: EndpointOptions) {}

  /**
   * Asks for the CapabilityStatement, so that a wrong URL is one sentence instead of a report of refusals.
   *
   * @throws {External} when the server cannot be reached or does not speak FHIR R4.
   */
  async check(): Promise<void> {
    const url = `${this.options.baseUrl}/metadata`;
    let response: HttpResponse;
    try {
      response = await this.options.http.send({
        method: 'GET',
        url,
        headers: { accept: fhirJson },
        signal: AbortSignal.any([this.options.stopping, this.options.killed]),
      });
    } catch (error) {
      throw this.#stopped() ? new Interrupted() : this.#unreachable(error);
    }
    const version = fhirVersionOf(response.text);
    if (response.status !== 200 || version === undefined) {
      throw new External(`${url} is not the CapabilityStatement of a FHIR server (${response.status}).`, [
        'Check the URL: it must be the FHIR base, for example http://127.0.0.1:8088/fhir/R4.',
      ]);
    }
    if (!version.startsWith('4.0')) {
      throw new External(`The server speaks FHIR ${version}; files are loaded as R4 (4.0).`);
    }
  }

  /**
   * Sends a bundle and returns the last answer, whatever its status.
   *
   * @throws {External} when there was no answer at the last attempt, the server is unavailable (502, 503, 504), or it
   *   does not accept our token.
   * @throws {Interrupted} when the load is stopped meanwhile.
   */
  async submit(body: Buffer, idempotencyKey: string): Promise<HttpResponse> {
    let signInTried = false;
    for (let attempt = 1; ; attempt += 1) {
      const token = await this.options.tokens?.token();
      const last = attempt > this.options.retries;
      let retryAfter: string | undefined;
      try {
        const response = await this.#post(body, idempotencyKey, token);
        if (response.status === 401) {
          if (token === undefined || signInTried) {
            throw new External('The server asks for a sign-in (401).', [
              'Name a client: --client-file <file>, or --client-id with HEALTHCTL_CLIENT_SECRET in the environment.',
            ]);
          }
          // A token can be withdrawn before it expires, for example when keys are rotated.
          signInTried = true;
          this.options.tokens?.discard(token);
          continue;
        }
        if (!mayRetry(response.status)) {
          return response;
        }
        if (last) {
          return this.#giveUp(response);
        }
        retryAfter = response.retryAfter;
      } catch (error) {
        if (error instanceof External) {
          throw error;
        }
        if (this.#stopped()) {
          throw new Interrupted();
        }
        if (last) {
          throw this.#unreachable(error);
        }
      }
      this.options.onRetry();
      await this.#wait(attempt, retryAfter);
    }
  }

  #post(body: Buffer, idempotencyKey: string, token: string | undefined): Promise<HttpResponse> {
    return this.options.http.send({
      method: 'POST',
      url: this.options.baseUrl,
      headers: {
        'content-type': `${fhirJson}; charset=utf-8`,
        accept: fhirJson,
        prefer: 'return=minimal',
        'idempotency-key': idempotencyKey,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
      signal: this.options.killed,
    });
  }

  /** A 500 may be this one bundle's; the others go on. What stands before the server says that none would pass. */
  #giveUp(response: HttpResponse): HttpResponse {
    if (response.status === 429 || (response.status >= 502 && response.status <= 504)) {
      throw new External(
        `The server is not available (${response.status}, after ${this.options.retries + 1} attempts).`,
        ['Run the same command again when it is: what was loaded is skipped.'],
      );
    }
    return response;
  }

  async #wait(attempt: number, retryAfter: string | undefined): Promise<void> {
    const { clock, random, stopping } = this.options;
    await clock.sleep(backoffMs(attempt, retryAfter, clock.now(), random()), stopping);
    if (this.#stopped()) {
      throw new Interrupted();
    }
  }

  #stopped(): boolean {
    return this.options.stopping.aborted || this.options.killed.aborted;
  }

  #unreachable(error: unknown): External {
    return new External(
      `${this.options.baseUrl} cannot be reached: ${describeNetworkError(error)}.`,
      ['Check the URL and that the server runs.', 'Run the same command again: what was loaded is skipped.'],
      { cause: error },
    );
  }
}

function fhirVersionOf(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as { resourceType?: unknown; fhirVersion?: unknown };
    return value.resourceType === 'CapabilityStatement' && typeof value.fhirVersion === 'string'
      ? value.fhirVersion
      : undefined;
  } catch {
    return undefined;
  }
}
