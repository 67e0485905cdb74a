import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isInstalled } from './install-packages.mjs';

type Packages = Record<string, object>;

describe('isInstalled', () => {
  let root: string;

  const put = (wanted: Packages, present?: Packages): Promise<unknown> =>
    Promise.all([
      writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages: wanted })),
      present && writeFile(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: present })),
    ]);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'healthcare-install-'));
    await mkdir(join(root, 'node_modules'));
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  const pg = { 'node_modules/pg': { version: '8.0.0', integrity: 'sha512-a' } };

  it('is so when npm has installed what the lock file asks for', async () => {
    await put(
      { '': {}, 'packages/server': { version: '0.1.0' }, ...pg },
      { ...pg, 'node_modules/extra': { version: '1.0.0' } },
    );
    expect(isInstalled(root)).toBe(true);
  });

  it('is not so before the first installation', async () => {
    await put(pg);
    expect(isInstalled(root)).toBe(false);
  });

  it.each([
    ['another version', { 'node_modules/pg': { version: '8.0.1', integrity: 'sha512-a' } }],
    ['another content', { 'node_modules/pg': { version: '8.0.0', integrity: 'sha512-b' } }],
    [
      'another source',
      { 'node_modules/pg': { version: '8.0.0', integrity: 'sha512-a', resolved: 'packages/pg', link: true } },
    ],
    ['nothing', {}],
  ])('is not so with %s in place', async (_, present) => {
    await put(pg, present);
    expect(isInstalled(root)).toBe(false);
  });

  it('does not ask for packages of other platforms', async () => {
    await put({ ...pg, 'node_modules/pg-for-mars': { version: '1.0.0', optional: true } }, pg);
    expect(isInstalled(root)).toBe(true);
  });

  it('asks for the lock file back when it is gone or damaged', async () => {
    expect(() => isInstalled(root)).toThrow(/package-lock\.json is missing or damaged: restore it/);
    await writeFile(join(root, 'package-lock.json'), '<<<<<<< HEAD');
    expect(() => isInstalled(root)).toThrow(/restore it/);
  });
});
