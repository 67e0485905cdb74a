import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Abort } from '../errors.js';
import type { EntryRange, Refusal } from './model.js';

/** What the server did with a range, as it will be told again after an interruption. */
export interface RangeOutcome extends EntryRange {
  readonly accepted: number;
  /** Only of batches, whose entries succeed or fail alone; a refused transaction is not an outcome, it is tried again. */
  readonly refused: readonly Omit<Refusal, 'file'>[];
}

interface Header {
  readonly journal: 'healthctl load';
  readonly version: 1;
  readonly baseUrl: string;
  readonly clientId: string;
  /** Part of every idempotency key; a fresh load gets its own, so that the server takes it for a new request. */
  readonly generation: string;
}

type JournalRecord =
  | Header
  | { readonly file: string; readonly batchSize: number }
  | { readonly split: string; readonly from: number; readonly to: number }
  | ({ readonly done: string } & RangeOutcome);

export interface JournalOptions {
  readonly path: string;
  readonly baseUrl: string;
  readonly clientId: string;
  /** Forget what was loaded, and load it all again. */
  readonly fresh: boolean;
}

/**
 * What was loaded, in an append-only NDJSON file: one line a finished request, on the disk before it counts. Files are
 * named by the hash of their content. A last line that a kill tore is cut off; whatever it said, the server knows it
 * under the idempotency key.
 */
export class Journal {
  readonly #done = new Map<string, Map<string, RangeOutcome>>();
  readonly #splits = new Set<string>();
  readonly #batchSizes = new Map<string, number>();
  #generation = '';
  #unwritten: string[] = [];
  #flushing: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /**
   * @throws {Abort} when the file cannot be written, belongs to another server or client, or is damaged before its
   *   last line.
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const { path, fresh } = options;
    let existing = '';
    let file: FileHandle;
    try {
      await mkdir(dirname(path), { recursive: true });
      existing = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') {
          return '';
        }
        throw error;
      });
      if (fresh) {
        await rm(path, { force: true });
      }
      file = await open(path, 'a', 0o600);
    } catch (cause) {
      throw new Abort(`The journal ${path} cannot be opened.`, ['Name a file that can be written: --state <file>.'], {
        cause,
      });
    }
    const journal = new Journal(path, file);
    try {
      const whole = fresh ? '' : existing.slice(0, existing.lastIndexOf('\n') + 1);
      journal.#replay(whole, options);
      if (!fresh && whole.length < existing.length) {
        await file.truncate(Buffer.byteLength(whole));
      }
      if (whole === '') {
        // Only a fresh load needs a generation of its own: without one, a lost journal still leads to the same keys.
        journal.#generation = fresh ? randomUUID() : '';
        const { baseUrl, clientId } = options;
        await journal.#append({
          journal: 'healthctl load',
          version: 1,
          baseUrl,
          clientId,
          generation: journal.#generation,
        });
        await syncFolder(dirname(path));
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    return journal;
  }

  get generation(): string {
    return this.#generation;
  }

  /** The outcome of a range that was finished earlier. */
  outcomeOf(contentHash: string, range: EntryRange): RangeOutcome | undefined {
    return this.#done.get(contentHash)?.get(rangeKey(range));
  }

  /** Whether the range was refused as a whole before and is being narrowed down: it must never be sent whole again. */
  wasSplit(contentHash: string, range: EntryRange): boolean {
    return this.#splits.has(`${contentHash} ${rangeKey(range)}`);
  }

  /** The batch size of the load of this content: the one it was begun with, else `wanted`, which is kept. */
  async batchSizeOf(contentHash: string, wanted: number): Promise<number> {
    const begun = this.#batchSizes.get(contentHash);
    if (begun !== undefined) {
      return begun;
    }
    this.#batchSizes.set(contentHash, wanted);
    await this.#append({ file: contentHash, batchSize: wanted });
    return wanted;
  }

  /** Resolves when the line is on the disk. */
  async recordDone(contentHash: string, outcome: RangeOutcome): Promise<void> {
    await this.#append({ done: contentHash, ...outcome });
    this.#remember(contentHash, outcome);
  }

  /** Resolves when the line is on the disk. */
  async recordSplit(contentHash: string, { from, to }: EntryRange): Promise<void> {
    await this.#append({ split: contentHash, from, to });
    this.#splits.add(`${contentHash} ${rangeKey({ from, to })}`);
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.file.close();
  }

  #remember(contentHash: string, outcome: RangeOutcome): void {
    const ranges = this.#done.get(contentHash) ?? new Map<string, RangeOutcome>();
    ranges.set(rangeKey(outcome), outcome);
    this.#done.set(contentHash, ranges);
  }

  #replay(text: string, options: JournalOptions): void {
    const lines = text.split('\n').slice(0, -1);
    for (const [index, line] of lines.entries()) {
      const record = parseRecord(line);
      if (record === undefined || 'journal' in record !== (index === 0)) {
        throw new Abort(`Line ${index + 1} of the journal ${this.path} is damaged.`, [
          'Restore the file, or move it away and run again: the server answers what it already has with the first outcome.',
        ]);
      }
      this.#apply(record, options);
    }
  }

  #apply(record: JournalRecord, { baseUrl, clientId }: JournalOptions): void {
    if ('journal' in record) {
      if (record.baseUrl !== baseUrl || record.clientId !== clientId) {
        throw new Abort(
          `The journal ${this.path} belongs to a load into ${record.baseUrl} as ${record.clientId || 'nobody'}.`,
          ['Name another file: --state <file>.'],
        );
      }
      this.#generation = record.generation;
    } else if ('file' in record) {
      this.#batchSizes.set(record.file, record.batchSize);
    } else if ('split' in record) {
      this.#splits.add(`${record.split} ${rangeKey(record)}`);
    } else {
      const { done, ...outcome } = record;
      this.#remember(done, outcome);
    }
  }

  /** Lines that arrive while the disk is busy go out together with the next write: one fsync for all workers. */
  async #append(record: JournalRecord): Promise<void> {
    this.#unwritten.push(`${JSON.stringify(record)}\n`);
    const pending = this.#flushing ?? Promise.resolve();
    this.#flushing = pending.then(() => this.#flush());
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    if (this.#unwritten.length === 0) {
      return;
    }
    const text = this.#unwritten.join('');
    this.#unwritten = [];
    try {
      await this.file.appendFile(text);
      await this.file.datasync();
    } catch (cause) {
      throw new Abort(
        `The journal ${this.path} cannot be written.`,
        ['Make room on the disk, then run the same command again.'],
        {
          cause,
        },
      );
    }
  }
}

function rangeKey({ from, to }: EntryRange): string {
  return `${from}-${to}`;
}

function parseRecord(line: string): JournalRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const known = ['journal', 'file', 'split', 'done'];
    return typeof value === 'object' && value !== null && known.some((name) => name in value)
      ? (value as JournalRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
