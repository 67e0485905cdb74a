import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireInstanceLock } from './instance-lock.js';
import { processStart } from './process-start.js';

describe('acquireInstanceLock', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'healthcare-lock-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it('keeps a second start out until the first releases it', async () => {
    const lock = await acquireInstanceLock(directory);
    expect(lock.tookOver).toBe(false);
    await expect(acquireInstanceLock(directory)).rejects.toThrow(
      new RegExp(
        `runs already on ${directory} \\(process ${process.pid}\\): stop that one, or set HEALTHCARE_DATA_DIR`,
      ),
    );
    await lock.release();
    expect((await acquireInstanceLock(directory)).tookOver).toBe(false);
  });

  it('takes over the lock of a process that is gone', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    await writeFile(join(directory, 'standalone.lock'), JSON.stringify({ pid: child.pid, start: 'some time' }));
    expect((await acquireInstanceLock(directory)).tookOver).toBe(true);
    expect(await readdir(directory)).toEqual(['standalone.lock']);
  });

  it('takes over the lock of a process whose id another one has now', async () => {
    await writeFile(join(directory, 'standalone.lock'), JSON.stringify({ pid: process.ppid, start: 'another time' }));
    expect((await acquireInstanceLock(directory)).tookOver).toBe(true);
  });

  it.each(['', '{', '[]', '{"pid":"x"}'])('takes over a damaged lock: %j', async (content) => {
    await writeFile(join(directory, 'standalone.lock'), content);
    expect((await acquireInstanceLock(directory)).tookOver).toBe(true);
  });

  it('gives a stale lock to one of many that want it', async () => {
    await writeFile(join(directory, 'standalone.lock'), JSON.stringify({ pid: 999_999_999, start: 'x' }));
    // Of one process, hence through children: each holds the lock for as long as it runs.
    const module = new URL('../dist/instance-lock.js', import.meta.url).href;
    const program = `
      const { acquireInstanceLock } = await import(process.argv[1]);
      try { await acquireInstanceLock(process.argv[2]); process.stdout.write('taken'); } catch { process.stdout.write('refused'); }
      setTimeout(() => {}, 3000);`;
    const children = Array.from({ length: 6 }, () => spawn(process.execPath, ['-e', program, module, directory]));
    const answers = await Promise.all(children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0])));
    children.forEach((child) => child.kill());
    expect(answers.filter((answer) => answer === 'taken')).toHaveLength(1);
  });

  it('names a process by more than its id', async () => {
    const own = await processStart(process.pid);
    expect(own).toBe(await processStart(process.pid));
    expect(await processStart(process.ppid)).not.toBe(own);
    expect(await processStart(999_999_999)).toBeUndefined();
    expect(JSON.parse(await readLockOf(directory))).toEqual({ pid: process.pid, start: own });
  });
});

async function readLockOf(directory: string): Promise<string> {
  await acquireInstanceLock(directory);
  return readFile(join(directory, 'standalone.lock'), 'utf8');
}
