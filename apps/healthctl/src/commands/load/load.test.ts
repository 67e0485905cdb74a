import { mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeFhirServer } from '../../testing/fake-fhir-server.js';
import { runCommand, type CommandRun, type RunOptions } from '../../testing/run-command.js';

interface Summary {
  readonly complete: boolean;
  readonly files: number;
  readonly filesDone: number;
  readonly resources: number;
  readonly resourcesLoadedEarlier: number;
  readonly refused: number;
  readonly requests: number;
  readonly retries: number;
  readonly report: string | null;
}

let server: FakeFhirServer;
let folder: string;

beforeEach(async () => {
  server = await FakeFhirServer.start();
  folder = await mkdtemp(join(tmpdir(), 'healthctl-load-'));
  await mkdir(join(folder, 'in'));
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const write = (name: string, content: string | Buffer): Promise<void> => writeFile(join(folder, 'in', name), content);
const patient = (id: string, more = ''): string => `{"resourceType":"Patient","id":"${id}"${more}}`;
const ndjson = (count: number, isRefused = (_index: number): boolean => false): string =>
  Array.from({ length: count }, (_, index) => patient(`p${index}`, isRefused(index) ? ',"refuse":true' : '')).join('\n');
const bundle = (type: string, ...resources: string[]): string => {
  const entries = resources.map((resource, index) => {
    const { resourceType } = JSON.parse(resource) as { resourceType: string };
    return `{"fullUrl":"urn:uuid:${index}","resource":${resource},"request":{"method":"POST","url":"${resourceType}"}}`;
  });
  return `{"resourceType":"Bundle","type":"${type}","entry":[${entries.join(',')}]}`;
};

async function load(more: readonly string[] = [], options: Partial<RunOptions> = {}): Promise<CommandRun & { summary: Summary }> {
  const run = await runCommand(['load', 'in', '--url', server.baseUrl, '--json', ...more], { cwd: folder, ...options });
  return { ...run, summary: (run.stdout === '' ? {} : JSON.parse(run.stdout)) as Summary };
}

async function reportOf({ summary }: { summary: Summary }): Promise<Record<string, unknown>[]> {
  const text = await readFile(summary.report ?? '', 'utf8');
  return text.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('healthctl load: what is sent', () => {
  it('sends a transaction byte by byte and NDJSON with its decimals as written', async () => {
    const transaction = bundle('transaction', '{"resourceType":"Observation","valueQuantity":{"value":1.50}}');
    await write('a.json', transaction);
    await write('b.ndjson', '{"resourceType":"Observation","id":"o1","valueQuantity":{"value":0.010}}\r\n\n{"resourceType":"Patient"}\n');
    const { exitCode, summary } = await load();
    expect(exitCode).toBe(0);
    expect(summary).toMatchObject({ complete: true, files: 2, filesDone: 2, resources: 3, refused: 0, requests: 2, report: null });
    const texts = server.bundles.map(({ text }) => text);
    expect(texts).toContain(transaction);
    expect(texts.find((text) => text.includes('o1'))).toBe(
      '{"resourceType":"Bundle","type":"transaction","entry":[' +
        '{"resource":{"resourceType":"Observation","id":"o1","valueQuantity":{"value":0.010}},"request":{"method":"PUT","url":"Observation/o1"}},' +
        '{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]}',
    );
  });

  it('stores a single resource and a document bundle as resources, and reads gzip', async () => {
    await write('patient.json', `\uFEFF${patient('one')}`);
    await write('document.json', '{"resourceType":"Bundle","id":"doc","type":"document","entry":[]}');
    await write('more.ndjson.gz', gzipSync(ndjson(3)));
    const { exitCode, summary } = await load();
    expect(exitCode).toBe(0);
    expect(summary.resources).toBe(5);
    expect([...server.stored.keys()].sort()).toEqual(['Bundle/doc', 'Patient/one', 'Patient/p0', 'Patient/p1', 'Patient/p2']);
  });

  it('sends hospitals before practitioners before patients, and no more than asked for at once', async () => {
    for (let index = 0; index < 8; index += 1) {
      await write(`Aaron${index}.json`, bundle('transaction', patient(`x${index}`)));
    }
    await write('practitionerInformation1.json', bundle('transaction', '{"resourceType":"Practitioner"}'));
    await write('hospitalInformation1.json', bundle('transaction', '{"resourceType":"Organization"}'));
    server.interfere = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return undefined;
    };
    await load(['--concurrency', '3']);
    expect(server.bundles.slice(0, 2).map(({ text }) => /"url":"(\w+)"/.exec(text)?.[1])).toEqual(['Organization', 'Practitioner']);
    expect(server.mostAtOnce).toBe(3);
  });

  it('tries a bundle with conditional references again at the end, and reports it if it is refused still', async () => {
    const refers = (identifier: string): string =>
      bundle('transaction', `{"resourceType":"Encounter","participant":{"reference":"Practitioner?identifier=${identifier}"}}`);
    await write('a.json', refers('later'));
    await write('b.json', refers('never'));
    await write('c.json', bundle('transaction', '{"resourceType":"Practitioner","identifier":"later"}'));
    const run = await load(['--concurrency', '1']);
    expect(run.exitCode).toBe(1);
    expect(run.summary).toMatchObject({ resources: 2, refused: 1, filesDone: 3 });
    expect(await reportOf(run)).toMatchObject([{ file: 'in/b.json', entry: 0, fullUrl: 'urn:uuid:0', status: 422 }]);
  });

  it('does not send what is not FHIR, and names its line', async () => {
    await write('x.ndjson', Buffer.concat([Buffer.from(`${patient('a')}\n{"resourceType"\n[]\n{"id":"b"}\n`), Buffer.from([0xff, 0x0a])]));
    await write('y.json', 'Roe');
    await write('z.ndjson.gz', gzipSync(ndjson(2000)).subarray(0, 500));
    const run = await load();
    expect(run.exitCode).toBe(1);
    expect([...server.stored.keys()]).toContain('Patient/a');
    const report = await reportOf(run);
    expect(report.filter(({ file }) => file === 'in/x.ndjson').map(({ line }) => line)).toEqual([2, 3, 4, 5]);
    expect(report.find(({ file }) => file === 'in/y.json')).toMatchObject({ issues: [{ diagnostics: 'This is not JSON.' }] });
    expect(report.find(({ file, line }) => file === 'in/z.ndjson.gz' && line === undefined)).toBeDefined();
  });
});

describe('healthctl load: refusals', () => {
  it('reports a refused transaction with the entry and path at fault, and counts all its entries', async () => {
    await write('a.json', bundle('transaction', patient('1'), patient('2', ',"refuse":true'), patient('3')));
    const run = await load();
    expect(run.exitCode).toBe(1);
    expect(run.summary).toMatchObject({ resources: 0, refused: 3 });
    expect(server.stored.size).toBe(0);
    expect(await reportOf(run)).toEqual([
      {
        file: 'in/a.json',
        entry: 1,
        fullUrl: 'urn:uuid:1',
        status: 422,
        issues: [
          {
            severity: 'error',
            code: 'value',
            diagnostics: 'This one is not wanted.',
            expression: ['Bundle.entry[1].resource.refuse'],
          },
        ],
      },
    ]);
  });

  it('reports each refused entry of a batch, and again in a later run without sending it', async () => {
    await write('a.json', bundle('batch', patient('1'), patient('2', ',"refuse":true'), patient('3')));
    const first = await load();
    expect(first.summary).toMatchObject({ resources: 2, refused: 1 });
    const second = await load();
    expect(second.exitCode).toBe(1);
    expect(second.summary).toMatchObject({ resources: 0, resourcesLoadedEarlier: 2, refused: 1 });
    expect(await reportOf(second)).toMatchObject([{ file: 'in/a.json', entry: 1, status: 422 }]);
    expect(server.bundles).toHaveLength(1);
  });

  it('halves a refused group of lines until the refused ones stand alone', async () => {
    await write('a.ndjson', ndjson(250, (index) => index === 17 || index === 18 || index === 249));
    const run = await load();
    expect(run.summary).toMatchObject({ resources: 247, refused: 3 });
    expect((await reportOf(run)).map(({ line }) => line).sort()).toEqual([18, 19, 250]);
    expect(server.stored.size).toBe(247);
  });

  it('believes no success that does not answer each entry', async () => {
    await write('a.json', bundle('transaction', patient('1')));
    server.interfere = () => ({ status: 200, body: '<html>Welcome</html>' });
    const run = await load();
    expect(run.exitCode).toBe(1);
    expect(run.summary.resources).toBe(0);
  });
});

describe('healthctl load: retries and sign-in', () => {
  it('tries again after a lock, too many requests, an unavailable server and a connection that broke', async () => {
    await write('a.json', bundle('transaction', patient('1')));
    const statuses = [409, 429, 503, 408];
    server.interfere = (request) => {
      const status = statuses[request - 1];
      return status === undefined ? undefined : { status, body: '', headers: { 'retry-after': '1' } };
    };
    server.dropAnswer = (request) => request === 5;
    const { exitCode, summary } = await load();
    expect(exitCode).toBe(0);
    expect(summary).toMatchObject({ resources: 1, retries: 5 });
    expect(server.stored.size).toBe(1);
    expect(new Set(server.bundles.map(({ key }) => key)).size).toBe(1);
  });

  it('stops with 3 when the server stays away, and goes on later', async () => {
    for (let index = 0; index < 6; index += 1) {
      await write(`${index}.json`, bundle('transaction', patient(`x${index}`)));
    }
    server.interfere = (request) => (request > 3 ? { status: 503, body: '' } : undefined);
    const away = await load(['--concurrency', '1', '--retries', '2']);
    expect(away.exitCode).toBe(3);
    expect(away.stderr).toContain('The server is not available (503, after 3 attempts).');
    expect(server.bundles).toHaveLength(6);
    server.interfere = () => undefined;
    const back = await load();
    expect(back.summary).toMatchObject({ resources: 3, resourcesLoadedEarlier: 3 });
    expect(server.stored.size).toBe(6);
  });

  it('reports a bundle that the server fails on, and loads the others', async () => {
    await write('a.json', bundle('transaction', patient('1')));
    await write('b.json', bundle('transaction', patient('2')));
    server.interfere = (_request, { text }) => (text.includes('"1"') ? { status: 500, body: '' } : undefined);
    const run = await load(['--retries', '1']);
    expect(run.exitCode).toBe(1);
    expect(run.summary.resources).toBe(1);
    expect(await reportOf(run)).toMatchObject([{ file: 'in/a.json', status: 500 }]);
  });

  const asLoader = { env: { HEALTHCTL_CLIENT_SECRET: 's:ecret' } };

  it('signs in once for all, renews the token before it expires and when it is withdrawn', async () => {
    for (let index = 0; index < 4; index += 1) {
      await write(`${index}.json`, bundle('transaction', patient(`x${index}`)));
    }
    server.requireToken = true;
    server.withdrawn.add('token-1');
    let nowMs = 0;
    server.interfere = (request) => {
      nowMs = request === 3 ? 250_000 : nowMs;
      return undefined;
    };
    const { exitCode } = await load(['--client-id', 'loader', '--concurrency', '1'], { ...asLoader, nowMs: () => nowMs });
    expect(exitCode).toBe(0);
    expect(server.bundles.map(({ authorization }) => authorization)).toEqual([1, 2, 2, 3, 3].map((n) => `Bearer token-${n}`));
  });

  it('ends with 3 and what to do when sign-in fails or is missing', async () => {
    await write('a.json', bundle('transaction', patient('1')));
    server.requireToken = true;
    const anonymous = await load();
    expect([anonymous.exitCode, anonymous.stderr]).toEqual([3, expect.stringContaining('--client-file')]);
    const wrong = await load(['--client-id', 'loader'], { env: { HEALTHCTL_CLIENT_SECRET: 'wrong' } });
    expect([wrong.exitCode, wrong.stderr]).toEqual([3, expect.stringContaining('invalid_client')]);
    expect(wrong.stderr).not.toContain('wrong');
  });

  it('uses the client file of the data directory for its own server only', async () => {
    await write('a.json', bundle('transaction', patient('1')));
    server.requireToken = true;
    await mkdir(join(folder, '.data'));
    const clientFile = join(folder, '.data', 'demo-client.json');
    const client = { clientId: 'loader', clientSecret: 's:ecret', tokenUrl: `${server.origin}/token` };
    await writeFile(clientFile, JSON.stringify({ ...client, fhirUrl: 'http://127.0.0.1:1/fhir' }));
    expect((await load()).exitCode).toBe(3);
    expect(server.tokensGiven).toBe(0);
    await writeFile(clientFile, JSON.stringify({ ...client, fhirUrl: `${server.baseUrl}/` }));
    const run = await runCommand(['load', 'in'], { cwd: folder });
    expect([run.exitCode, run.stdout]).toEqual([0, expect.stringContaining('1 resources loaded')]);
  });
});

describe('healthctl load: interruption', () => {
  it('finishes what is under way at the first signal, and goes on without loading twice', async () => {
    await write('a.ndjson', ndjson(1000).replaceAll(/"id":"(p\d+)"/g, '"identifier":"$1"'));
    let interrupt: (signal: 'SIGINT' | 'SIGTERM') => void = () => undefined;
    server.interfere = async (request) => {
      if (request === 3) {
        interrupt('SIGINT');
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      return undefined;
    };
    const first = await load(['--concurrency', '2'], { onStart: (send) => (interrupt = send) });
    expect(first.exitCode).toBe(130);
    expect(first.summary.complete).toBe(false);
    expect(first.summary.resources).toBe(server.stored.size);
    expect(first.summary.resources).toBeLessThan(1000);
    const second = await load(['--batch-size', '7']);
    expect(second.exitCode).toBe(0);
    expect(second.summary.resources + second.summary.resourcesLoadedEarlier).toBe(1000);
    expect(server.stored.size).toBe(1000);
  });

  it('breaks off at the second signal', async () => {
    await write('a.json', bundle('transaction', patient('1')));
    let interrupt: (signal: 'SIGINT' | 'SIGTERM') => void = () => undefined;
    server.interfere = () => {
      interrupt('SIGTERM');
      interrupt('SIGTERM');
      return new Promise(() => undefined);
    };
    expect((await load([], { onStart: (send) => (interrupt = send) })).exitCode).toBe(143);
  });

  it('needs no journal to avoid duplicates, and survives a torn line, a renamed file and a changed one', async () => {
    await write('a.json', bundle('transaction', patient('1'), patient('2')));
    await write('b.ndjson', '{"resourceType":"Patient"}\n{"resourceType":"Patient"}\n');
    const journal = join(folder, 'journal.ndjson');
    await load(['--state', journal]);
    expect(server.stored.size).toBe(4);

    await rm(journal);
    expect((await load(['--state', journal])).summary).toMatchObject({ resources: 4, resourcesLoadedEarlier: 0 });
    expect(server.stored.size).toBe(4);

    const text = await readFile(journal, 'utf8');
    await truncate(journal, Buffer.byteLength(text) - 10);
    await rename(join(folder, 'in', 'a.json'), join(folder, 'in', 'renamed.json'));
    const torn = await load(['--state', journal]);
    expect(torn.exitCode).toBe(0);
    expect(torn.summary.resources + torn.summary.resourcesLoadedEarlier).toBe(4);
    expect(torn.summary.resourcesLoadedEarlier).toBe(2);
    expect(server.stored.size).toBe(4);

    const requests = server.bundles.length;
    expect((await load(['--state', journal])).summary.resourcesLoadedEarlier).toBe(4);
    expect(server.bundles).toHaveLength(requests);

    await write('b.ndjson', '{"resourceType":"Patient"}\n');
    expect((await load(['--state', journal])).summary.resources).toBe(1);
    expect(server.stored.size).toBe(5);
  });

  it('never sends a group whole again once it was halved', async () => {
    await write('a.ndjson', `${'{"resourceType":"Patient"}\n'.repeat(3)}{"resourceType":"Patient","refuse":true}\n`);
    const journal = join(folder, 'journal.ndjson');
    server.interfere = (request) => (request === 3 ? { status: 503, body: '' } : undefined);
    const first = await load(['--state', journal, '--retries', '0']);
    expect(first.exitCode).toBe(3);
    expect(server.stored.size).toBe(2);
    // The first half was committed, and the kill came before the journal had it.
    const lines = (await readFile(journal, 'utf8')).trimEnd().split('\n');
    expect(lines.at(-1)).toContain('"done"');
    await writeFile(journal, `${lines.slice(0, -1).join('\n')}\n`);
    // Meanwhile the server has come to take the line it refused.
    server.interfere = (_request, { text }) => (text.includes('refuse') ? takeAll(text) : undefined);
    const takeAll = (text: string) => {
      const { entry } = JSON.parse(text) as { entry: unknown[] };
      entry.forEach((item, index) => server.stored.set(`taken-${server.bundles.length}-${index}`, item));
      const answers = entry.map(() => ({ response: { status: '201' } }));
      return { status: 200, body: { resourceType: 'Bundle', type: 'transaction-response', entry: answers } };
    };
    expect((await load(['--state', journal])).exitCode).toBe(0);
    expect(server.stored.size).toBe(4);
  });

  it('loads again under new keys when asked to', async () => {
    await write('b.ndjson', '{"resourceType":"Patient"}\n');
    await load();
    await load(['--fresh']);
    expect(server.stored.size).toBe(2);
    await load();
    expect(server.stored.size).toBe(2);
  });

  it('refuses a journal that is damaged or of another server', async () => {
    await write('a.json', bundle('transaction', patient('1')));
    const journal = join(folder, 'journal.ndjson');
    await load(['--state', journal]);
    const text = await readFile(journal, 'utf8');
    await writeFile(journal, text.replace('http://', 'http://not-'));
    expect((await load(['--state', journal])).stderr).toContain('belongs to a load into');
    await writeFile(journal, `${text.split('\n')[0]}\nnot json\n${text.split('\n')[1]}\n`);
    const damaged = await load(['--state', journal]);
    expect([damaged.exitCode, damaged.stderr]).toEqual([2, expect.stringContaining('Line 2 of the journal')]);
  });
});

describe('healthctl load: the command line', () => {
  it('has an exit code for each kind of mistake', async () => {
    const codes = async (...inputs: string[]): Promise<number> => (await runCommand(inputs, { cwd: folder })).exitCode;
    expect(await codes('load')).toBe(2);
    expect(await codes('lode', 'in')).toBe(2);
    expect(await codes('load', 'in', '--concurrency', '0')).toBe(2);
    expect(await codes('load', 'missing', '--url', server.baseUrl)).toBe(2);
    expect(await codes('load', 'in', '--url', server.baseUrl)).toBe(2);
    await write('a.json', patient('1'));
    expect(await codes('load', 'in')).toBe(2);
    expect(await codes('load', 'in', '--url', 'ftp://x')).toBe(2);
    expect(await codes('load', 'in', '--url', 'http://127.0.0.1:1/fhir')).toBe(3);
    expect(await codes('load', 'in', '--url', `${server.origin}/elsewhere`)).toBe(3);
    expect(await codes('--help')).toBe(0);
  });

  it('checks files without a server in a dry run', async () => {
    await write('a.json', bundle('transaction', patient('1'), '{"resourceType":"Encounter"}'));
    await write('b.ndjson', `${ndjson(3)}\nnothing\n`);
    const run = await runCommand(['load', 'in', '--dry-run', '--json'], { cwd: folder });
    expect(run.exitCode).toBe(1);
    expect(JSON.parse(run.stdout)).toEqual({
      files: 2,
      resources: 5,
      resourcesByType: { Encounter: 1, Patient: 4 },
      problems: 1,
    });
    expect(run.stderr).toContain('in/b.ndjson:4');
    expect(server.bundles).toHaveLength(0);
  });

  it('proposes its commands and options to a shell', async () => {
    const proposals = async (...words: string[]) => (await runCommand(['__complete', ...words], { cwd: folder })).stdout;
    expect(await proposals('lo')).toBe('load\n');
    expect(await proposals('load', '--con')).toBe('--concurrency\n');
  });
});
