import { readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle, LoadFixture, ndjson, patient } from '../../testing/load-fixture.js';
import { runCommand } from '../../testing/run-command.js';

let fixture: LoadFixture;
beforeEach(async () => {
  fixture = await LoadFixture.create();
});
afterEach(() => fixture.remove());

describe('healthctl load: interruption', () => {
  it('finishes what is under way at the first signal, and goes on without loading twice', async () => {
    await fixture.write('a.ndjson', ndjson(1000).replaceAll(/"id":"(p\d+)"/g, '"identifier":"$1"'));
    let interrupt: (signal: 'SIGINT' | 'SIGTERM') => void = () => undefined;
    fixture.server.interfere = async (request) => {
      if (request === 3) {
        interrupt('SIGINT');
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      return undefined;
    };
    const first = await fixture.load(['--concurrency', '2'], { onStart: (send) => (interrupt = send) });
    expect(first.exitCode).toBe(130);
    expect(first.summary.complete).toBe(false);
    expect(first.summary.resources).toBe(fixture.server.stored.size);
    expect(first.summary.resources).toBeLessThan(1000);
    const second = await fixture.load(['--batch-size', '7']);
    expect(second.exitCode).toBe(0);
    expect(second.summary.resources + second.summary.resourcesLoadedEarlier).toBe(1000);
    expect(fixture.server.stored.size).toBe(1000);
  });

  it('breaks off at the second signal', async () => {
    await fixture.write('a.json', bundle('transaction', patient('1')));
    let interrupt: (signal: 'SIGINT' | 'SIGTERM') => void = () => undefined;
    fixture.server.interfere = () => {
      interrupt('SIGTERM');
      interrupt('SIGTERM');
      return new Promise(() => undefined);
    };
    expect((await fixture.load([], { onStart: (send) => (interrupt = send) })).exitCode).toBe(143);
  });

  it('needs no journal to avoid duplicates, and survives a torn line, a renamed file and a changed one', async () => {
    await fixture.write('a.json', bundle('transaction', patient('1'), patient('2')));
    await fixture.write('b.ndjson', '{"resourceType":"Patient"}\n{"resourceType":"Patient"}\n');
    const journal = join(fixture.folder, 'journal.ndjson');
    await fixture.load(['--state', journal]);
    expect(fixture.server.stored.size).toBe(4);

    await rm(journal);
    expect((await fixture.load(['--state', journal])).summary).toMatchObject({
      resources: 4,
      resourcesLoadedEarlier: 0,
    });
    expect(fixture.server.stored.size).toBe(4);

    const text = await readFile(journal, 'utf8');
    await truncate(journal, Buffer.byteLength(text) - 10);
    await rename(join(fixture.folder, 'in', 'a.json'), join(fixture.folder, 'in', 'renamed.json'));
    const torn = await fixture.load(['--state', journal]);
    expect(torn.exitCode).toBe(0);
    expect(torn.summary.resources + torn.summary.resourcesLoadedEarlier).toBe(4);
    expect(torn.summary.resourcesLoadedEarlier).toBe(2);
    expect(fixture.server.stored.size).toBe(4);

    const requests = fixture.server.bundles.length;
    expect((await fixture.load(['--state', journal])).summary.resourcesLoadedEarlier).toBe(4);
    expect(fixture.server.bundles).toHaveLength(requests);

    await fixture.write('b.ndjson', '{"resourceType":"Patient"}\n');
    expect((await fixture.load(['--state', journal])).summary.resources).toBe(1);
    expect(fixture.server.stored.size).toBe(5);
  });

  it('never sends a group whole again once it was halved', async () => {
    await fixture.write(
      'a.ndjson',
      `${'{"resourceType":"Patient"}\n'.repeat(3)}{"resourceType":"Patient","refuse":true}\n`,
    );
    const journal = join(fixture.folder, 'journal.ndjson');
    fixture.server.interfere = (request) => (request === 3 ? { status: 503, body: '' } : undefined);
    const first = await fixture.load(['--state', journal, '--retries', '0']);
    expect(first.exitCode).toBe(3);
    expect(fixture.server.stored.size).toBe(2);
    // The first half was committed, and the kill came before the journal had it.
    const lines = (await readFile(journal, 'utf8')).trimEnd().split('\n');
    expect(lines.at(-1)).toContain('"done"');
    await writeFile(journal, `${lines.slice(0, -1).join('\n')}\n`);
    // Meanwhile the server has come to take the line it refused.
    fixture.server.interfere = (_request, { text }) => (text.includes('refuse') ? takeAll(text) : undefined);
    const takeAll = (text: string) => {
      const { entry } = JSON.parse(text) as { entry: unknown[] };
      entry.forEach((item, index) =>
        fixture.server.stored.set(`taken-${fixture.server.bundles.length}-${index}`, item),
      );
      const answers = entry.map(() => ({ response: { status: '201' } }));
      return { status: 200, body: { resourceType: 'Bundle', type: 'transaction-response', entry: answers } };
    };
    expect((await fixture.load(['--state', journal])).exitCode).toBe(0);
    expect(fixture.server.stored.size).toBe(4);
  });

  it('recognises what it loaded when the server has another address', async () => {
    await fixture.write('b.ndjson', '{"resourceType":"Patient"}\n');
    await fixture.load();
    const elsewhere = fixture.server.baseUrl.replace('127.0.0.1', 'localhost');
    const run = await runCommand(['load', 'in', '--url', elsewhere], { cwd: fixture.folder });
    expect(run.exitCode, run.stderr).toBe(0);
    expect(fixture.server.bundles).toHaveLength(2);
    expect(fixture.server.stored.size).toBe(1);
  });

  it('loads again under new keys when asked to', async () => {
    await fixture.write('b.ndjson', '{"resourceType":"Patient"}\n');
    await fixture.load();
    await fixture.load(['--fresh']);
    expect(fixture.server.stored.size).toBe(2);
    await fixture.load();
    expect(fixture.server.stored.size).toBe(2);
  });

  it('refuses a journal that is damaged or of another server', async () => {
    await fixture.write('a.json', bundle('transaction', patient('1')));
    const journal = join(fixture.folder, 'journal.ndjson');
    await fixture.load(['--state', journal]);
    const text = await readFile(journal, 'utf8');
    await writeFile(journal, text.replace('http://', 'http://not-'));
    expect((await fixture.load(['--state', journal])).stderr).toContain('belongs to a load into');
    await writeFile(journal, `${text.split('\n')[0]}\nnot json\n${text.split('\n')[1]}\n`);
    const damaged = await fixture.load(['--state', journal]);
    expect([damaged.exitCode, damaged.stderr]).toEqual([2, expect.stringContaining('Line 2 of the journal')]);
  });
});
