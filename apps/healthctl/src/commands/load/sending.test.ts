import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle, LoadFixture, ndjson, patient, reportOf } from '../../testing/load-fixture.js';

let fixture: LoadFixture;
beforeEach(async () => {
  fixture = await LoadFixture.create();
});
afterEach(() => fixture.remove());

describe('healthctl load: what is sent', () => {
  it('sends a transaction byte by byte and NDJSON with its decimals as written', async () => {
    const transaction = bundle('transaction', '{"resourceType":"Observation","valueQuantity":{"value":1.50}}');
    await fixture.write('a.json', transaction);
    await fixture.write(
      'b.ndjson',
      '{"resourceType":"Observation","id":"o1","valueQuantity":{"value":0.010}}\r\n\n{"resourceType":"Patient"}\n',
    );
    const { exitCode, summary } = await fixture.load();
    expect(exitCode).toBe(0);
    expect(summary).toMatchObject({
      complete: true,
      files: 2,
      filesDone: 2,
      resources: 3,
      refused: 0,
      requests: 2,
      report: null,
    });
    const texts = fixture.server.bundles.map(({ text }) => text);
    expect(texts).toContain(transaction);
    expect(texts.find((text) => text.includes('o1'))).toBe(
      '{"resourceType":"Bundle","type":"transaction","entry":[' +
        '{"resource":{"resourceType":"Observation","id":"o1","valueQuantity":{"value":0.010}},"request":{"method":"PUT","url":"Observation/o1"}},' +
        '{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]}',
    );
  });

  it('stores a single resource and a document bundle as resources, and reads gzip', async () => {
    await fixture.write('patient.json', `\uFEFF${patient('one')}`);
    await fixture.write('document.json', '{"resourceType":"Bundle","id":"doc","type":"document","entry":[]}');
    await fixture.write('more.ndjson.gz', gzipSync(ndjson(3)));
    const { exitCode, summary } = await fixture.load();
    expect(exitCode).toBe(0);
    expect(summary.resources).toBe(5);
    expect([...fixture.server.stored.keys()].sort()).toEqual([
      'Bundle/doc',
      'Patient/one',
      'Patient/p0',
      'Patient/p1',
      'Patient/p2',
    ]);
  });

  it('sends hospitals before practitioners before patients, and no more than asked for at once', async () => {
    for (let index = 0; index < 8; index += 1) {
      await fixture.write(`Aaron${index}.json`, bundle('transaction', patient(`x${index}`)));
    }
    await fixture.write('practitionerInformation1.json', bundle('transaction', '{"resourceType":"Practitioner"}'));
    await fixture.write('hospitalInformation1.json', bundle('transaction', '{"resourceType":"Organization"}'));
    fixture.server.interfere = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return undefined;
    };
    await fixture.load(['--concurrency', '3']);
    expect(fixture.server.bundles.slice(0, 2).map(({ text }) => /"url":"(\w+)"/.exec(text)?.[1])).toEqual([
      'Organization',
      'Practitioner',
    ]);
    expect(fixture.server.mostAtOnce).toBe(3);
  });

  it('tries a bundle with conditional references again at the end, and reports it if it is refused still', async () => {
    const refers = (identifier: string): string =>
      bundle(
        'transaction',
        `{"resourceType":"Encounter","participant":{"reference":"Practitioner?identifier=${identifier}"}}`,
      );
    await fixture.write('a.json', refers('later'));
    await fixture.write('b.json', refers('never'));
    await fixture.write('c.json', bundle('transaction', '{"resourceType":"Practitioner","identifier":"later"}'));
    const run = await fixture.load(['--concurrency', '1']);
    expect(run.exitCode).toBe(1);
    expect(run.summary).toMatchObject({ resources: 2, refused: 1, filesDone: 3 });
    expect(await reportOf(run)).toMatchObject([{ file: 'in/b.json', entry: 0, fullUrl: 'urn:uuid:0', status: 422 }]);
  });

  it('does not send what is not FHIR, and names its line', async () => {
    await fixture.write(
      'x.ndjson',
      Buffer.concat([Buffer.from(`${patient('a')}\n{"resourceType"\n[]\n{"id":"b"}\n`), Buffer.from([0xff, 0x0a])]),
    );
    await fixture.write('y.json', 'Roe');
    await fixture.write('z.ndjson.gz', gzipSync(ndjson(2000)).subarray(0, 500));
    const run = await fixture.load();
    expect(run.exitCode).toBe(1);
    expect([...fixture.server.stored.keys()]).toContain('Patient/a');
    const report = await reportOf(run);
    expect(report.filter(({ file }) => file === 'in/x.ndjson').map(({ line }) => line)).toEqual([2, 3, 4, 5]);
    expect(report.find(({ file }) => file === 'in/y.json')).toMatchObject({
      issues: [{ diagnostics: 'This is not JSON.' }],
    });
    expect(report.find(({ file, line }) => file === 'in/z.ndjson.gz' && line === undefined)).toBeDefined();
  });
});
