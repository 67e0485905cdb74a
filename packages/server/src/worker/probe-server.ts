import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a probe answers. */
export interface ProbeAnswer {
  readonly isUp: boolean;
  /** What `/health` tells beside the verdict. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type Probes = Readonly<
  Record<'live' | 'ready' | 'startup' | 'report', () => ProbeAnswer | Promise<ProbeAnswer>>
>;

const PATHS: Readonly<Record<string, keyof Probes>> = {
  '/health/live': 'live',
  '/health/ready': 'ready',
  '/health/startup': 'startup',
  '/health': 'report',
};

/** Serves the probes of a process that has no other HTTP, and nothing else. */
export class ProbeServer {
  readonly #server: Server;

  constructor(private readonly probes: Probes) {
    this.#server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
      const probe = PATHS[(request.url ?? '').replace(/\?.*$/, '').replace(/(?<=.)\/$/, '')];
      const respond = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
        response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body));
      };
      if (probe === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
        respond(404, { status: 'error' });
        return;
      }
      Promise.resolve(this.probes[probe]()).then(
        ({ isUp, details }) =>
          respond(isUp ? 200 : 503, { status: isUp ? 'ok' : 'error', ...(details && { details }) }),
        () => respond(503, { status: 'error' }),
      );
    });
  }

  /** @returns The port it listens on: the given one, or a free one for 0. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
