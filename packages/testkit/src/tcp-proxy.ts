import { createConnection, createServer, type Socket } from 'node:net';

/** A line to a server that a test can cut and freeze. */
export interface TcpProxy {
  /** `url` with the proxy's address in the place of the server's. */
  through(url: string): string;
  /** Drops every connection and refuses new ones. */
  cut(): void;
  /** Keeps connections open and passes nothing on, as a server that is stopped (SIGSTOP) does. */
  freeze(): void;
  /** Passes everything on again. */
  mend(): void;
  close(): Promise<void>;
}

/** Listens on loopback and passes on to the host and port of `targetUrl`. */
export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: 'open' | 'cut' | 'frozen' = 'open';
  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = createConnection({ host: target.hostname, port: Number(target.port) });
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
    if (state === 'frozen') {
      hold(pair);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const cutAll = (): void => {
    for (const pair of pairs) {
      pair.forEach((socket) => socket.destroy());
    }
  };
  return {
    through: (url) => {
      const changed = new URL(url);
      changed.host = `127.0.0.1:${port}`;
      return changed.href;
    },
    cut: () => {
      state = 'cut';
      cutAll();
    },
    freeze: () => {
      state = 'frozen';
      pairs.forEach(hold);
    },
    mend: () => {
      state = 'open';
      for (const [near, far] of pairs) {
        near.pipe(far);
        far.pipe(near);
      }
    },
    close: async () => {
      cutAll();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function hold([near, far]: readonly [Socket, Socket]): void {
  near.unpipe(far).pause();
  far.unpipe(near).pause();
}
