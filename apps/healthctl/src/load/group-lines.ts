import type { Line } from './read-lines.js';

/** Physical lines that are sent together; blank lines are left out. */
export interface LineGroup {
  readonly lines: readonly Line[];
  /** Bytes of the file read since the group before. */
  readonly progressBytes: number;
}

export interface GroupLimits {
  readonly lines: number;
  /** A group ends before it would grow beyond this; a single line may be larger. */
  readonly bytes: number;
}

/**
 * Cuts a file into groups. The cuts depend only on the content and the limits: a second run finds the same ones, and
 * with them the same idempotency keys.
 */
export async function* groupLines(lines: AsyncIterable<Line>, limits: GroupLimits): AsyncGenerator<LineGroup> {
  let group: Line[] = [];
  let groupBytes = 0;
  let reportedBytes = 0;
  const close = (fileBytesRead: number): LineGroup => {
    const closed = { lines: group, progressBytes: fileBytesRead - reportedBytes };
    reportedBytes = fileBytesRead;
    group = [];
    groupBytes = 0;
    return closed;
  };
  for await (const line of lines) {
    if (line.bytes !== undefined && isBlank(line.bytes)) {
      continue;
    }
    const lineBytes = line.bytes?.length ?? 0;
    if (group.length > 0 && groupBytes + lineBytes > limits.bytes) {
      yield close(line.fileBytesRead);
    }
    group.push(line);
    groupBytes += lineBytes;
    if (group.length >= limits.lines) {
      yield close(line.fileBytesRead);
    }
  }
  if (group.length > 0) {
    yield close(group.at(-1)?.fileBytesRead ?? reportedBytes);
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
