import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from './startup-error.js';

export interface PortRequest {
  readonly host: string;
  readonly port: number;
  /** The variable that sets it, e.g. `PORT`. */
  readonly variable: string;
}

const POLL_MS = 100;

/**
 * Makes sure that a port can be listened on.
 *
 * @param graceMs How long a process of an earlier run may take to leave it.
 * @throws {StartupError} naming the variable to change.
 */
export async function requireFreePort(request: PortRequest, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  for (;;) {
    const code = await tryListening(request);
    if (code === undefined) {
      return;
    }
    if (code !== 'EADDRINUSE') {
      throw new StartupError(refusal(request, code));
    }
    if (performance.now() >= deadline) {
      throw new StartupError(
        `Port ${request.port} of ${request.host} is taken by another program: stop that one, or set ` +
          `${request.variable} to a free port.`,
      );
    }
    await delay(POLL_MS);
  }
}

function refusal({ host, port, variable }: PortRequest, code: string): string {
  switch (code) {
    case 'EACCES':
      return `This user may not listen on port ${port}: set ${variable} to one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine: set HOST to one, e.g. 127.0.0.1 or 0.0.0.0.`;
    default:
      return `Port ${port} of ${host} cannot be used (${code}): set HOST and ${variable} to others.`;
  }
}

/** The code of the error that listening gives; undefined if it works. */
export async function tryListening({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port }, () => server.close(() => resolve(undefined)));
  });
}
