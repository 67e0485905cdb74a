import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bootApi } from '@healthcare/testkit';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The shell lines under a heading. */
function shellUnder(heading: string): string {
  const section = readme.split(`\n## ${heading}\n`)[1] ?? '';
  return /```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
}

describe('the README', () => {
  it('names every setting that the server reads, and no other', () => {
    const source = readFileSync(join(root, 'packages/server/src/platform/config/config.ts'), 'utf8');
    const schema = /const environment = z\.object\(\{([\s\S]*?)\n\}\);/.exec(source)![1]!;
    const read = [...schema.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name!);
    const section = readme.split('\n## Settings\n')[1]!.split('\n## ')[0]!;
    const named = [...section.matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+)/gm)].flatMap(([, cell]) =>
      [...cell!.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!),
    );
    expect(read.length).toBeGreaterThan(15);
    expect(named.filter((name) => name !== 'HEALTHCARE_DATA_DIR').sort()).toEqual([...read].sort());
  });

  it('walks through the API with commands that work', async () => {
    const api = await bootApi();
    const directory = mkdtempSync(join(tmpdir(), 'readme-'));
    try {
      mkdirSync(join(directory, '.data'));
      writeFileSync(join(directory, '.data/demo-client.json'), JSON.stringify(await api.credentials('demo')));
      const script = shellUnder('A first walk');
      expect(script).toContain('npx healthctl load');
      const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script.replace('npx ', '')], {
        cwd: directory,
        env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` },
      });
      expect(stdout).toContain('"family": "Okafor"');
      expect(stdout).toContain('"resourceType":"Bundle","type":"searchset","total":1');
      expect(stdout).toContain('"type":"history"');
      const client = await api.client('demo');
      const found = (await client.get('Patient')).json;
      expect(found.entry).toHaveLength(1);
      expect(found.entry[0].resource.meta.versionId).toBe('3');
    } finally {
      rmSync(directory, { recursive: true });
      await api.stop();
    }
  });
});
