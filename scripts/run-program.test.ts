import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MODULE = new URL('run-program.mjs', import.meta.url).href;

/** A service that notes each signal, ends its work for 200 ms, and leaves when the one that started it is gone. */
const SERVICE = `
  const fs = require('node:fs');
  const note = (text) => fs.appendFileSync(process.argv[2], text + '\\n');
  const end = (why) => { note(why); setTimeout(() => { note('done'); process.exit(7); }, 200); };
  process.on('SIGINT', () => end('SIGINT'));
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('disconnect', () => end('disconnect'));
  note('up ' + process.pid);
  setInterval(() => {}, 1000);`;

describe('runProgram', () => {
  let directory: string;
  let notes: () => Promise<string[]>;
  let launcher: ChildProcess | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'healthcare-run-'));
    notes = async () =>
      (await readFile(join(directory, 'notes'), 'utf8').catch(() => '')).trim().split('\n').filter(Boolean);
  });

  afterEach(async () => {
    launcher?.kill('SIGKILL');
    await rm(directory, { recursive: true });
  });

  async function launch(program: string, isService: boolean): Promise<ChildProcess> {
    const file = join(directory, 'program.cjs');
    await writeFile(file, program);
    const code = `
      const { runProgram } = await import(${JSON.stringify(MODULE)});
      process.exitCode = await runProgram(process.execPath, ${JSON.stringify([file, join(directory, 'notes')])},
        { cwd: '/', environment: process.env, isService: ${isService} });`;
    launcher = spawn(process.execPath, ['--input-type=module', '-e', code], {
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { PATH: process.env['PATH'] },
    });
    return launcher;
  }

  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  const servicePid = async (): Promise<number> => Number((await notes())[0]?.split(' ')[1]);

  it.each([
    ['process.exit(5)', 5],
    ['process.kill(process.pid, "SIGKILL")', 137],
    ['', 0],
  ])('ends as the program ended: %s', async (program, code) => {
    expect((await once(await launch(program, false), 'exit'))[0]).toBe(code);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('waits on %s until the service has ended its work', async (signal) => {
    const child = await launch(SERVICE, true);
    await expect.poll(notes).toHaveLength(1);
    child.kill(signal);
    expect((await once(child, 'exit'))[0]).toBe(7);
    expect((await notes()).slice(1)).toEqual([signal, 'done']);
  });

  it('does not leave the service behind when it is killed itself', async () => {
    const child = await launch(SERVICE, true);
    await expect.poll(notes).toHaveLength(1);
    const pid = await servicePid();
    child.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
    expect((await notes()).slice(1)).toEqual(['disconnect', 'done']);
  });
});
