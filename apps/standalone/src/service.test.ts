import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RestartPolicy, Service } from './service.js';

describe('Service', () => {
  let directory: string;
  let log: string[];
  const services: Service[] = [];
  const restart: RestartPolicy = { attempts: 4, healthyAfterMs: 60_000, firstPauseMs: 20 };

  /** Starts a program that first notes its start in a file. */
  async function start(program: string, policy = restart): Promise<Service> {
    const entry = join(directory, 'program.mjs');
    await writeFile(
      entry,
      `import fs from 'node:fs';
       fs.appendFileSync(${JSON.stringify(join(directory, 'starts'))}, process.pid + '\\n');
       ${program}`,
    );
    const service = new Service({
      name: 'The program',
      entry,
      environment: process.env,
      log: (line) => log.push(line),
      restart: policy,
    });
    services.push(service);
    service.start();
    return service;
  }

  const starts = async (): Promise<number[]> =>
    (await readFile(join(directory, 'starts'), 'utf8').catch(() => '')).trim().split('\n').filter(Boolean).map(Number);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'healthcare-service-'));
    log = [];
  });

  afterEach(async () => {
    services.splice(0).forEach((service) => service.kill());
    await rm(directory, { recursive: true });
  });

  it('starts a program again that dies, and gives up when it dies too often', async () => {
    const service = await start('process.exit(3);');
    expect(await service.givenUp).toBe('The program ended 4 times in a row (last: exit code 3): see its log above.');
    expect(await starts()).toHaveLength(4);
    expect(log).toEqual([
      'The program ended unexpectedly (exit code 3); starting it again in 20 ms',
      'The program ended unexpectedly (exit code 3); starting it again in 40 ms',
      'The program ended unexpectedly (exit code 3); starting it again in 80 ms',
    ]);
  });

  it('does not count the deaths of long lives together', async () => {
    const service = await start('setTimeout(() => process.exit(1), 50);', {
      ...restart,
      attempts: 2,
      healthyAfterMs: 30,
    });
    await expect.poll(async () => (await starts()).length, { timeout: 5_000 }).toBeGreaterThan(3);
    await service.stop(1_000);
  });

  it('starts a program again that was killed', async () => {
    await start('setInterval(() => {}, 1000);');
    await expect.poll(starts).toHaveLength(1);
    process.kill((await starts())[0] as number, 'SIGKILL');
    await expect.poll(starts, { timeout: 5_000 }).toHaveLength(2);
    expect(log).toEqual(['The program ended unexpectedly (SIGKILL); starting it again in 20 ms']);
  });

  it('does not try again what does not accept its configuration', async () => {
    const service = await start('process.exit(78);');
    expect(await service.givenUp).toMatch(/does not accept its configuration/);
    expect(await starts()).toHaveLength(1);
  });

  it('lets a program end its work when it is stopped', async () => {
    const done = join(directory, 'done');
    const service = await start(`
      process.on('SIGTERM', () => setTimeout(() => { fs.writeFileSync(${JSON.stringify(done)}, 'x'); process.exit(0); }, 100));
      setInterval(() => {}, 1000); process.send('up');`);
    await expect.poll(starts).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await service.stop(5_000);
    expect(await readFile(done, 'utf8')).toBe('x');
    expect(await starts()).toHaveLength(1);
    expect(log).toEqual([]);
  });

  it('ends a program that does not stop', async () => {
    const service = await start(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`);
    await expect.poll(starts).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const [pid] = await starts();
    await service.stop(100);
    expect(log).toEqual(['The program did not stop in 0.1 s and is ended']);
    expect(() => process.kill(pid as number, 0)).toThrow(/ESRCH/);
  });

  it('stays stopped when it is stopped between two starts', async () => {
    const service = await start('process.exit(1);', { ...restart, firstPauseMs: 300 });
    await expect.poll(() => log).toHaveLength(1);
    await service.stop(1_000);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await starts()).toHaveLength(1);
  });
});
