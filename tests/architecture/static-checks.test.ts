import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const TIMEOUT_MS = 120_000;

interface Outcome {
  readonly code: number;
  readonly output: string;
}

async function run(program: string, args: readonly string[], cwd = root): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      { cwd, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: '1' } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
      },
    );
  });
}

const tool = (name: string): string => join(root, 'node_modules/.bin', name);

describe('the tree passes', () => {
  it(
    'the linter, with type-aware rules, over every source file',
    async () => {
      const { code, output } = await run(tool('oxlint'), ['--deny-warnings']);
      expect(code, output).toBe(0);
      expect(Number(/on (\d+) files/.exec(output)?.[1])).toBeGreaterThan(300);
    },
    TIMEOUT_MS,
  );

  it(
    'the formatter',
    async () => {
      const { code, output } = await run(tool('oxfmt'), ['--check']);
      expect(code, output).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'the search for what nobody uses',
    async () => {
      const { code, output } = await run(tool('knip'), []);
      expect(code, output).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    'the compiler, tests included',
    async () => {
      const { code, output } = await run(tool('tsc'), ['-b', '.']);
      expect(code, output).toBe(0);
    },
    TIMEOUT_MS,
  );
});

describe('what would not pass is seen:', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(root, '.cache-check-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each([
    [
      'a promise that nobody waits for',
      'export function start(): void {\n  Promise.resolve(1);\n}\n',
      'no-floating-promises',
    ],
    ['any', 'export const anything: any = 1;\n', 'no-explicit-any'],
    ['a loose comparison', 'export const same = (a: number, b: number): boolean => a == b;\n', 'eqeqeq'],
  ])(
    '%s',
    async (_name, source, rule) => {
      writeFileSync(join(directory, 'sample.ts'), source);
      writeFileSync(join(directory, 'tsconfig.json'), '{"extends":"../tsconfig.base.json","include":["*.ts"]}');
      const { code, output } = await run(tool('oxlint'), ['--deny-warnings', directory]);
      expect(code).not.toBe(0);
      expect(output).toContain(rule);
    },
    TIMEOUT_MS,
  );

  it(
    'a file in another format',
    async () => {
      writeFileSync(join(directory, 'sample.ts'), 'export const  a = "b"\n');
      expect((await run(tool('oxfmt'), ['--check', directory])).code).not.toBe(0);
    },
    TIMEOUT_MS,
  );
});

describe('the sum of the test results', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'results-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const sum = (...suites: string[]): Promise<Outcome> =>
    run(process.execPath, [join(root, 'scripts/sum-test-results.mjs'), directory, ...suites]);
  const write = (suite: string, result: Record<string, unknown>): void =>
    writeFileSync(
      join(directory, `${suite}.json`),
      JSON.stringify({
        numPassedTests: 0,
        numFailedTests: 0,
        numPendingTests: 0,
        numTodoTests: 0,
        testResults: [],
        ...result,
      }),
    );

  it('adds the suites up', async () => {
    write('a', { numPassedTests: 3, numPendingTests: 1 });
    write('b', { numPassedTests: 4 });
    expect(await sum('a', 'b')).toEqual({ code: 0, output: '7 passed, 0 failed, 1 skipped\n' });
  });

  it('counts a file that failed before its first test', async () => {
    write('a', { numPassedTests: 3, testResults: [{ status: 'failed', assertionResults: [] }] });
    expect(await sum('a')).toEqual({ code: 1, output: '3 passed, 1 failed\n' });
  });

  it('fails with a failed test, a missing suite, and one in which nothing ran', async () => {
    write('a', { numPassedTests: 3, numFailedTests: 1 });
    write('empty', {});
    expect((await sum('a')).code).toBe(1);
    expect((await sum('a', 'absent')).output).toContain('3 passed, 2 failed');
    expect((await sum('empty')).code).toBe(1);
  });
});
