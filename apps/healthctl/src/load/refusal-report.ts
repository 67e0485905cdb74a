import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Abort } from '../errors.js';
import type { Refusal } from './model.js';

const shownAtMost = 10;

/**
 * Every refused entry of a run, one JSON object a line, in the order of the answers. The file appears with the first
 * refusal; one that an earlier run left is removed, since what it named was tried again.
 */
export class RefusalReport {
  readonly #first: Refusal[] = [];
  #count = 0;
  #file: FileHandle | undefined;
  #tail: Promise<void> = Promise.resolve();

  private constructor(readonly path: string) {}

  /** @throws {Abort} when the file cannot be written. */
  static async open(path: string): Promise<RefusalReport> {
    await rm(path, { force: true }).catch(cannotWrite(path));
    return new RefusalReport(path);
  }

  /** Resolves when the line is written. */
  async add(refusal: Refusal): Promise<void> {
    this.#count += 1;
    if (this.#first.length < shownAtMost) {
      this.#first.push(refusal);
    }
    this.#tail = this.#tail.then(() => this.#write(`${JSON.stringify(refusal)}\n`));
    await this.#tail;
  }

  /** The first refusals, for the terminal. */
  get first(): readonly Refusal[] {
    return this.#first;
  }

  /** Lines written. */
  get count(): number {
    return this.#count;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #write(line: string): Promise<void> {
    try {
      if (this.#file === undefined) {
        await mkdir(dirname(this.path), { recursive: true });
        this.#file = await open(this.path, 'w', 0o600);
      }
      await this.#file.appendFile(line);
    } catch (error) {
      cannotWrite(this.path)(error);
    }
  }
}

function cannotWrite(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new Abort(`The report ${path} cannot be written.`, ['Name another file: --report <file>.'], { cause });
  };
}
