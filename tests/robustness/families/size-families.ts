import { httpRequest, type Family } from '../malformed-request.js';
import { validPatient } from '../sample-resources.js';

const mebibyte = 1024 * 1024;

/** Strings beyond what FHIR or the element allows; few are beyond the server's limit for a body, as those cost most. */
export const hugeStrings: Family = {
  name: 'huge strings',
  weight: 2,
  next(random, target) {
    const length = random.pick([100_000, 300_000, mebibyte + 1]);
    const huge = random.pick(['a', '🙂', '"'.replace('"', '\\"'), 'é']).repeat(length);
    const [fault, body] = random.pick([
      ['id', `{"resourceType":"Patient","id":"${huge}"}`],
      ['gender', `{"resourceType":"Patient","gender":"${huge}"}`],
      ['birthDate', `{"resourceType":"Patient","birthDate":"${'1'.repeat(length)}"}`],
      ['resourceType', `{"resourceType":"${huge}"}`],
      ['element name', `{"resourceType":"Patient","${huge}":1}`],
      ['family', `{"resourceType":"Patient","name":[{"family":"${'x'.repeat(mebibyte + length)}"}]}`],
      ['xhtml', JSON.stringify({ ...validPatient(), text: { status: 'generated', div: '<div>'.repeat(length / 10) } })],
      ['whitespace', `${' '.repeat(length)}x`],
    ] as const);
    return {
      family: this.name,
      fault: `${fault}, ${length}`,
      pieces: [httpRequest(target, { method: 'POST', path: 'Patient', body })],
      expect: { kind: 'refused' },
    };
  },
};

/** Bodies beyond the limit, announced or not. The head says more than is sent: a server that reads on is seen by its memory. */
export const oversizedBodies: Family = {
  name: 'oversized bodies',
  weight: 1,
  next(random, target) {
    if (random.next() < 0.85) {
      const announced = random.pick([33 * mebibyte, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER]);
      const head = httpRequest(target, {
        method: 'POST',
        path: 'Patient',
        headers: { 'content-type': 'application/fhir+json', 'content-length': String(announced) },
      });
      return {
        family: this.name,
        fault: `announced ${announced}`,
        pieces: [head, Buffer.alloc(100_000, 0x20)],
        expect: { kind: 'refused' },
      };
    }
    const head = httpRequest(target, {
      method: 'POST',
      path: 'Patient',
      headers: { 'content-type': 'application/fhir+json', 'transfer-encoding': 'chunked' },
    });
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(mebibyte, 0x20), Buffer.from('\r\n')]);
    // The server may close the connection as soon as it has seen enough; what was still on its way is then reset.
    return {
      family: this.name,
      fault: '34 MiB in chunks',
      pieces: [head, ...Array<Buffer>(34).fill(chunk), '0\r\n\r\n'],
      expect: { kind: 'refused-or-closed' },
    };
  },
};
