import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle, LoadFixture, ndjson, patient, reportOf } from '../../testing/load-fixture.js';

let fixture: LoadFixture;
beforeEach(async () => {
  fixture = await LoadFixture.create();
});
afterEach(() => fixture.remove());

describe('healthctl load: refusals', () => {
  it('reports a refused transaction with the entry and path at fault, and counts all its entries', async () => {
    await fixture.write('a.json', bundle('transaction', patient('1'), patient('2', ',"refuse":true'), patient('3')));
    const run = await fixture.load();
    expect(run.exitCode).toBe(1);
    expect(run.summary).toMatchObject({ resources: 0, refused: 3 });
    expect(fixture.server.stored.size).toBe(0);
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
    await fixture.write('a.json', bundle('batch', patient('1'), patient('2', ',"refuse":true'), patient('3')));
    const first = await fixture.load();
    expect(first.summary).toMatchObject({ resources: 2, refused: 1 });
    const second = await fixture.load();
    expect(second.exitCode).toBe(1);
    expect(second.summary).toMatchObject({ resources: 0, resourcesLoadedEarlier: 2, refused: 1 });
    expect(await reportOf(second)).toMatchObject([{ file: 'in/a.json', entry: 1, status: 422 }]);
    expect(fixture.server.bundles).toHaveLength(1);
  });

  it('halves a refused group of lines until the refused ones stand alone', async () => {
    await fixture.write(
      'a.ndjson',
      ndjson(250, (index) => index === 17 || index === 18 || index === 249),
    );
    const run = await fixture.load();
    expect(run.summary).toMatchObject({ resources: 247, refused: 3 });
    expect((await reportOf(run)).map(({ line }) => line).sort()).toEqual([18, 19, 250]);
    expect(fixture.server.stored.size).toBe(247);
  });

  it('believes no success that does not answer each entry', async () => {
    await fixture.write('a.json', bundle('transaction', patient('1')));
    fixture.server.interfere = () => ({ status: 200, body: '<html>Welcome</html>' });
    const run = await fixture.load();
    expect(run.exitCode).toBe(1);
    expect(run.summary.resources).toBe(0);
  });
});
