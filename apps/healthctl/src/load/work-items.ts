import { hashFile } from './content-hash.js';
import { groupLines, type LineGroup } from './group-lines.js';
import type { Journal } from './journal.js';
import type { LoadFile } from './model.js';
import { readLines } from './read-lines.js';

/** What a worker does in one go. */
export type WorkItem =
  | { readonly kind: 'json'; readonly file: LoadFile }
  | { readonly kind: 'lines'; readonly file: LoadFile; readonly contentHash: string; readonly group: LineGroup }
  | { readonly kind: 'unreadable'; readonly file: LoadFile; readonly problem: string }
  /** Every group of the file has been handed out. */
  | { readonly kind: 'end'; readonly file: LoadFile };

/** One resource; larger ones are refused unread. The server's own limit for a request is lower by default. */
export const maxLineBytes = 64 * 1024 * 1024;
/** Keeps a request below the server's limit for a body (32 MiB by default), whatever the batch size. */
const maxGroupBytes = 8 * 1024 * 1024;

/** The work of these files, in their order. NDJSON is read as it is asked for, and twice: once for its hash. */
export async function* workItems(
  files: readonly LoadFile[],
  batchSizeOf: (contentHash: string) => Promise<number>,
): AsyncGenerator<WorkItem> {
  for (const file of files) {
    if (file.kind === 'json') {
      yield { kind: 'json', file };
      continue;
    }
    try {
      const contentHash = await hashFile(file.path);
      const lines = await batchSizeOf(contentHash);
      for await (const group of groupLines(readLines(file, maxLineBytes), { lines, bytes: maxGroupBytes })) {
        yield { kind: 'lines', file, contentHash, group };
      }
    } catch (error) {
      const problem = unreadable(error);
      if (problem === undefined) {
        throw error;
      }
      yield { kind: 'unreadable', file, problem };
    }
    yield { kind: 'end', file };
  }
}

/** What the journal needs to give for the above. */
export function journaledBatchSize(journal: Journal, wanted: number): (contentHash: string) => Promise<number> {
  return (contentHash) => journal.batchSizeOf(contentHash, wanted);
}

/** A sentence for a fault of the file system or of decompression; undefined for any other error. */
export function unreadable(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') {
    return undefined;
  }
  return code.startsWith('Z_') ? 'The file cannot be decompressed to its end.' : `The file cannot be read (${code}).`;
}
