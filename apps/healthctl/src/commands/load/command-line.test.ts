import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle, LoadFixture, ndjson, patient } from '../../testing/load-fixture.js';
import { runCommand } from '../../testing/run-command.js';

let fixture: LoadFixture;
beforeEach(async () => {
  fixture = await LoadFixture.create();
});
afterEach(() => fixture.remove());

describe('healthctl load: the command line', () => {
  it('has an exit code for each kind of mistake', async () => {
    const codes = async (...inputs: string[]): Promise<number> =>
      (await runCommand(inputs, { cwd: fixture.folder })).exitCode;
    expect(await codes('load')).toBe(2);
    expect(await codes('lode', 'in')).toBe(2);
    expect(await codes('load', 'in', '--concurrency', '0')).toBe(2);
    expect(await codes('load', 'missing', '--url', fixture.server.baseUrl)).toBe(2);
    expect(await codes('load', 'in', '--url', fixture.server.baseUrl)).toBe(2);
    await fixture.write('a.json', patient('1'));
    expect(await codes('load', 'in')).toBe(2);
    expect(await codes('load', 'in', '--url', 'ftp://x')).toBe(2);
    expect(await codes('load', 'in', '--url', 'http://127.0.0.1:1/fhir')).toBe(3);
    expect(await codes('load', 'in', '--url', `${fixture.server.origin}/elsewhere`)).toBe(3);
    expect(await codes('--help')).toBe(0);
  });

  it('checks files without a server in a dry run', async () => {
    await fixture.write('a.json', bundle('transaction', patient('1'), '{"resourceType":"Encounter"}'));
    await fixture.write('b.ndjson', `${ndjson(3)}\nnothing\n`);
    const run = await runCommand(['load', 'in', '--dry-run', '--json'], { cwd: fixture.folder });
    expect(run.exitCode).toBe(1);
    expect(JSON.parse(run.stdout)).toEqual({
      files: 2,
      resources: 5,
      resourcesByType: { Encounter: 1, Patient: 4 },
      problems: 1,
    });
    expect(run.stderr).toContain('in/b.ndjson:4');
    expect(fixture.server.bundles).toHaveLength(0);
  });

  it('proposes its commands and options to a shell', async () => {
    const proposals = async (...words: string[]) =>
      (await runCommand(['__complete', ...words], { cwd: fixture.folder })).stdout;
    expect(await proposals('lo')).toBe('load\n');
    expect(await proposals('load', '--con')).toBe('--concurrency\n');
  });
});
