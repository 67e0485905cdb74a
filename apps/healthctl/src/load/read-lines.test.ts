import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupLines } from './group-lines.js';
import type { LoadFile } from './model.js';
import { readLines } from './read-lines.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'healthctl-lines-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(content: string | Buffer, gzip = false): Promise<LoadFile> {
  const path = join(folder, 'lines.ndjson');
  const bytes = Buffer.from(content);
  await writeFile(path, gzip ? gzipSync(bytes) : bytes);
  return { path, name: 'lines.ndjson', sizeBytes: bytes.length, kind: 'ndjson', gzip, phase: 0 };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) {
    collected.push(item);
  }
  return collected;
}

async function linesOf(file: LoadFile, maxLineBytes = 1_000_000): Promise<(string | undefined)[]> {
  const lines = await collect(readLines(file, maxLineBytes));
  expect(lines.map(({ number }) => number)).toEqual(lines.map((_, index) => index + 1));
  return lines.map(({ bytes }) => bytes?.toString('utf8'));
}

describe('readLines', () => {
  it('gives every line of any text, compressed or not', async () => {
    const line = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll(/[\r\n]/g, ' '));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (lines, end, gzip) => {
          expect(await linesOf(await fileOf(`${lines.join(end)}${end}`, gzip))).toEqual(
            lines.map((text) => text.toWellFormed()),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('finds lines that go over the pieces in which a file is read, and a last one without an end', async () => {
    const long = 'x'.repeat(300_000);
    expect(await linesOf(await fileOf(`a\n${long}\n\nb\n${long}`))).toEqual(['a', long, '', 'b', long]);
  });

  it('skips a line beyond the limit without keeping it, and goes on after it', async () => {
    expect(await linesOf(await fileOf(`a\n${'x'.repeat(900_000)}\nb`), 1000)).toEqual(['a', undefined, 'b']);
  });

  it('fails for a damaged archive and lets go of the file when its reader stops early', async () => {
    const file = await fileOf('a\n'.repeat(100_000), true);
    await writeFile(file.path, gzipSync('a\n'.repeat(100_000)).subarray(0, 60));
    await expect(linesOf(file)).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
    for await (const line of readLines(await fileOf('a\n'.repeat(1_000_000)), 100)) {
      expect(line.number).toBe(1);
      break;
    }
  });
});

describe('groupLines', () => {
  it('cuts by lines and by bytes, the same way each time, and accounts for every byte read', async () => {
    const file = await fileOf(['aaaa', '', 'bb', 'c', '  ', 'd', 'e', 'ffffffffffff', 'g'].join('\n'));
    const groups = await collect(groupLines(readLines(file, 100), { lines: 3, bytes: 6 }));
    expect(groups.map(({ lines }) => lines.map(({ number }) => number))).toEqual([[1, 3], [4, 6, 7], [8], [9]]);
    expect(groups.reduce((sum, group) => sum + group.progressBytes, 0)).toBe(file.sizeBytes);
  });
});
