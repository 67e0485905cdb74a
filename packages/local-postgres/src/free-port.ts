import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below what systems give to outgoing connections (from 32768 on Linux, 49152 elsewhere): those take ports at any time. */
const FIRST = 20_000;
const LAST = 32_767;
const ATTEMPTS = 50;

/**
 * A TCP port of the loopback interface that was free a moment ago.
 *
 * Not the one that the system offers for port 0: it lies where outgoing connections get theirs, and on a busy machine
 * one of them has it before we listen.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = await listenOnce(randomInt(FIRST, LAST + 1));
    if (port !== undefined) {
      return port;
    }
  }
  return (await listenOnce(0)) ?? FIRST;
}

async function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address() as { port: number };
      server.close(() => resolve(address.port));
    });
  });
}
