import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface Exchange {
  readonly answers: readonly HttpAnswer[];
  /** What ended the exchange before its time, if anything did. */
  readonly failure: 'timeout' | 'refused-connection' | 'not-http' | undefined;
}

export interface SendOptions {
  readonly host: string;
  readonly port: number;
  readonly pieces: readonly (string | Buffer)[];
  readonly ending: 'wait' | 'half-close' | 'cut';
  readonly timeoutMs: number;
}

/**
 * Sends bytes over a connection of its own and reads answers until the server closes it. No HTTP client could send
 * what this suite has to.
 */
export function sendBytes({ host, port, pieces, ending, timeoutMs }: SendOptions): Promise<Exchange> {
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    let failure: Exchange['failure'];
    const socket = connect({ host, port, allowHalfOpen: ending === 'half-close' });
    const timer = setTimeout(() => {
      failure = 'timeout';
      socket.destroy();
    }, timeoutMs);
    socket.on('connect', () => {
      void write();
    });
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    socket.on('end', () => socket.end());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A server may well reset what it does not want to read to its end; not to be there is another matter.
      if (error.code === 'ECONNREFUSED') {
        failure = 'refused-connection';
      }
    });
    socket.on('close', () => {
      clearTimeout(timer);
      const answers = parseAnswers(Buffer.concat(received));
      resolve({ answers: answers ?? [], failure: failure ?? (answers === undefined ? 'not-http' : undefined) });
    });
    const write = async (): Promise<void> => {
      for (const piece of pieces) {
        if (socket.destroyed) {
          return;
        }
        if (!socket.write(piece)) {
          await untilDrained(socket);
        }
      }
      if (ending === 'half-close') {
        socket.end();
      } else if (ending === 'cut') {
        setImmediate(() => socket.destroy());
      }
    };
  });
}

/** Resolves when the socket takes more, or never will. */
function untilDrained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}

/** All answers in what was received; undefined when it is not HTTP. A last answer that was cut off is left out. */
export function parseAnswers(bytes: Buffer): HttpAnswer[] | undefined {
  const answers: HttpAnswer[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const headEnd = rest.indexOf('\r\n\r\n');
    const head = rest.subarray(0, headEnd === -1 ? rest.length : headEnd).toString('latin1');
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
    if (status === undefined) {
      return undefined;
    }
    if (headEnd === -1) {
      break;
    }
    const headers = new Map(
      head
        .split('\r\n')
        .slice(1)
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const content = readBody(rest.subarray(headEnd + 4), headers, Number(status));
    if (content === undefined) {
      break;
    }
    // 100 Continue and its like announce an answer; they are none.
    if (Number(status) >= 200) {
      answers.push({ status: Number(status), headers, body: content.body.toString('utf8') });
    }
    rest = content.rest;
  }
  return answers;
}

function readBody(
  bytes: Buffer,
  headers: ReadonlyMap<string, string>,
  status: number,
): { readonly body: Buffer; readonly rest: Buffer } | undefined {
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') {
    return readChunks(bytes);
  }
  const length = headers.get('content-length');
  if (length !== undefined) {
    const end = Number(length);
    return bytes.length < end ? undefined : { body: bytes.subarray(0, end), rest: bytes.subarray(end) };
  }
  const isEmpty = status < 200 || status === 204 || status === 304;
  return { body: isEmpty ? Buffer.alloc(0) : bytes, rest: isEmpty ? bytes : Buffer.alloc(0) };
}

function readChunks(bytes: Buffer): { readonly body: Buffer; readonly rest: Buffer } | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd === -1 ? Number.NaN : Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (Number.isNaN(size) || bytes.length < lineEnd + 2 + size + 2) {
      return undefined;
    }
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
    if (size === 0) {
      return { body: Buffer.concat(chunks), rest: bytes.subarray(at) };
    }
  }
}
