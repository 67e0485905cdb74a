import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle, LoadFixture, patient, reportOf } from '../../testing/load-fixture.js';
import { runCommand } from '../../testing/run-command.js';

let fixture: LoadFixture;
beforeEach(async () => {
  fixture = await LoadFixture.create();
});
afterEach(() => fixture.remove());

describe('healthctl load: retries and sign-in', () => {
  it('tries again after a lock, too many requests, an unavailable server and a connection that broke', async () => {
    await fixture.write('a.json', bundle('transaction', patient('1')));
    const statuses = [409, 429, 503, 408];
    fixture.server.interfere = (request) => {
      const status = statuses[request - 1];
      return status === undefined ? undefined : { status, body: '', headers: { 'retry-after': '1' } };
    };
    fixture.server.dropAnswer = (request) => request === 5;
    const { exitCode, summary } = await fixture.load();
    expect(exitCode).toBe(0);
    expect(summary).toMatchObject({ resources: 1, retries: 5 });
    expect(fixture.server.stored.size).toBe(1);
    expect(new Set(fixture.server.bundles.map(({ key }) => key)).size).toBe(1);
  });

  it('stops with 3 when the server stays away, and goes on later', async () => {
    for (let index = 0; index < 6; index += 1) {
      await fixture.write(`${index}.json`, bundle('transaction', patient(`x${index}`)));
    }
    fixture.server.interfere = (request) => (request > 3 ? { status: 503, body: '' } : undefined);
    const away = await fixture.load(['--concurrency', '1', '--retries', '2']);
    expect(away.exitCode).toBe(3);
    expect(away.stderr).toContain('The server is not available (503, after 3 attempts).');
    expect(fixture.server.bundles).toHaveLength(6);
    fixture.server.interfere = () => undefined;
    const back = await fixture.load();
    expect(back.summary).toMatchObject({ resources: 3, resourcesLoadedEarlier: 3 });
    expect(fixture.server.stored.size).toBe(6);
  });

  it('reports a bundle that the server fails on, and loads the others', async () => {
    await fixture.write('a.json', bundle('transaction', patient('1')));
    await fixture.write('b.json', bundle('transaction', patient('2')));
    fixture.server.interfere = (_request, { text }) => (text.includes('"1"') ? { status: 500, body: '' } : undefined);
    const run = await fixture.load(['--retries', '1']);
    expect(run.exitCode).toBe(1);
    expect(run.summary.resources).toBe(1);
    expect(await reportOf(run)).toMatchObject([{ file: 'in/a.json', status: 500 }]);
  });

  const asLoader = { env: { HEALTHCTL_CLIENT_SECRET: 's:ecret' } };

  it('signs in once for all, renews the token before it expires and when it is withdrawn', async () => {
    for (let index = 0; index < 4; index += 1) {
      await fixture.write(`${index}.json`, bundle('transaction', patient(`x${index}`)));
    }
    fixture.server.requireToken = true;
    fixture.server.withdrawn.add('token-1');
    let nowMs = 0;
    fixture.server.interfere = (request) => {
      nowMs = request === 3 ? 250_000 : nowMs;
      return undefined;
    };
    const { exitCode } = await fixture.load(['--client-id', 'loader', '--concurrency', '1'], {
      ...asLoader,
      nowMs: () => nowMs,
    });
    expect(exitCode).toBe(0);
    expect(fixture.server.bundles.map(({ authorization }) => authorization)).toEqual(
      [1, 2, 2, 3, 3].map((n) => `Bearer token-${n}`),
    );
  });

  it('ends with 3 and what to do when sign-in fails or is missing', async () => {
    await fixture.write('a.json', bundle('transaction', patient('1')));
    fixture.server.requireToken = true;
    const anonymous = await fixture.load();
    expect([anonymous.exitCode, anonymous.stderr]).toEqual([3, expect.stringContaining('--client-file')]);
    const wrong = await fixture.load(['--client-id', 'loader'], { env: { HEALTHCTL_CLIENT_SECRET: 'wrong' } });
    expect([wrong.exitCode, wrong.stderr]).toEqual([3, expect.stringContaining('invalid_client')]);
    expect(wrong.stderr).not.toContain('wrong');
  });

  it('uses the client file of the data directory for its own server only', async () => {
    await fixture.write('a.json', bundle('transaction', patient('1')));
    fixture.server.requireToken = true;
    await mkdir(join(fixture.folder, '.data'));
    const clientFile = join(fixture.folder, '.data', 'demo-client.json');
    const client = { clientId: 'loader', clientSecret: 's:ecret', tokenUrl: `${fixture.server.origin}/token` };
    await writeFile(clientFile, JSON.stringify({ ...client, fhirUrl: 'http://127.0.0.1:1/fhir' }));
    expect((await fixture.load()).exitCode).toBe(3);
    expect(fixture.server.tokensGiven).toBe(0);
    await writeFile(clientFile, JSON.stringify({ ...client, fhirUrl: `${fixture.server.baseUrl}/` }));
    const run = await runCommand(['load', 'in'], { cwd: fixture.folder });
    expect([run.exitCode, run.stdout]).toEqual([0, expect.stringContaining('1 resources loaded')]);
  });
});
