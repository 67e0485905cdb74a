import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { PassThrough } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { LoadFile } from './model.js';

const newline = 0x0a;
const carriageReturn = 0x0d;

/** A physical line. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its line end; undefined when the line was longer than the limit, so that it was skipped unread. */
  readonly bytes: Buffer | undefined;
  /** Bytes of the file that were read from disk up to here (compressed bytes of a .gz file): for progress only. */
  readonly fileBytesRead: number;
}

/**
 * The lines of a file, one at a time: memory is bounded by `maxLineBytes`, not by the file.
 *
 * @throws the error of the file system, or of zlib for a damaged .gz file.
 */
export async function* readLines(file: LoadFile, maxLineBytes: number): AsyncGenerator<Line> {
  const source = createReadStream(file.path, { highWaterMark: 256 * 1024 });
  const bytes = new PassThrough({ highWaterMark: 256 * 1024 });
  // Rejections are seen by the reader of `bytes`, which pipeline destroys with the same error.
  const pumped = (file.gzip ? pipeline(source, createGunzip(), bytes) : pipeline(source, bytes)).catch(() => undefined);
  try {
    let number = 1;
    let pending: Buffer[] = [];
    let pendingBytes = 0;
    const take = (): Line => {
      const tooLong = pendingBytes > maxLineBytes;
      const line: Line = {
        number,
        bytes: tooLong ? undefined : withoutCarriageReturn(Buffer.concat(pending, pendingBytes)),
        fileBytesRead: source.bytesRead,
      };
      number += 1;
      pending = [];
      pendingBytes = 0;
      return line;
    };
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        const part = chunk.subarray(start, end);
        pendingBytes += part.length;
        pending.push(part);
        start = end + 1;
        yield take();
      }
      const rest = chunk.subarray(start);
      pendingBytes += rest.length;
      if (pendingBytes > maxLineBytes) {
        pending = [];
      } else if (rest.length > 0) {
        pending.push(rest);
      }
    }
    if (pendingBytes > 0) {
      yield take();
    }
  } finally {
    bytes.destroy();
    await pumped;
  }
}

function withoutCarriageReturn(line: Buffer): Buffer {
  return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
}
