import { httpRequest, type Expectation, type Family } from '../malformed-request.js';
import { validPatient } from '../sample-resources.js';

const refusedOrClosed: Expectation = { kind: 'refused-or-closed' };
const body = JSON.stringify(validPatient());

export const halfClosed: Family = {
  name: 'half-closed connections',
  weight: 6,
  next(random, target) {
    const whole = httpRequest(target, { method: 'POST', path: 'Patient', body });
    const headEnd = whole.indexOf('\r\n\r\n') + 4;
    const ending = random.pick(['half-close', 'cut'] as const);
    // Always short of the last byte: a whole request followed by FIN is a valid one.
    const [fault, length] = random.pick([
      ['nothing sent', 0],
      ['in the request line', random.integer(1, 10)],
      ['in the head', random.integer(11, headEnd - 1)],
      ['after the head', headEnd],
      ['in the body', random.integer(headEnd, whole.length - 1)],
    ] as const);
    return {
      family: this.name,
      fault: `${ending} ${fault}`,
      pieces: [whole.subarray(0, length)],
      ending,
      expect: refusedOrClosed,
    };
  },
};

export const garbage: Family = {
  name: 'garbage on the wire',
  weight: 5,
  next(random, target) {
    const piece = random.pick([
      random.bytes(random.integer(1, 2_000)),
      Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'latin1'),
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      Buffer.from(`GET ${'/'.repeat(100_000)} HTTP/1.1\r\n\r\n`),
      Buffer.from(`GET / HTTP/1.1\r\n\r\n`),
      Buffer.from(`POST ${target.basePath}/Patient HTTP/1.0\r\ncontent-length: 3\r\n\r\n{}x`),
      Buffer.from('\n\n\n\n'),
      Buffer.from(`${'A: b\r\n'.repeat(50)}\r\n`),
    ]);
    return {
      family: this.name,
      fault: piece.subarray(0, 24).toString('latin1'),
      pieces: [piece],
      ending: 'half-close',
      expect: refusedOrClosed,
    };
  },
};

export const chunkedGarbage: Family = {
  name: 'chunked garbage',
  weight: 5,
  next(random, target) {
    const head = httpRequest(target, {
      method: 'POST',
      path: 'Patient',
      headers: { 'content-type': 'application/fhir+json', 'transfer-encoding': 'chunked' },
    });
    const size = body.length.toString(16);
    const [fault, chunks] = random.pick([
      ['size is not hexadecimal', `xyz\r\n${body}\r\n0\r\n\r\n`],
      ['negative size', `-5\r\n${body}\r\n0\r\n\r\n`],
      ['size larger than the chunk', `ffff\r\n${body}\r\n0\r\n\r\n`],
      ['size smaller than the chunk', `5\r\n${body}\r\n0\r\n\r\n`],
      ['endless size', `ffffffffffffffffff\r\n${body}\r\n`],
      ['no end', `${size}\r\n${body}\r\n`],
      ['no line ends', `${size}${body}0`],
      ['broken JSON in valid chunks', `3\r\n{"r\r\n2\r\nes\r\n0\r\n\r\n`],
      ['huge extension', `${size};${'x'.repeat(50_000)}\r\n${body}\r\n0\r\n\r\n`],
      ['binary', random.bytes(300).toString('latin1')],
    ] as const);
    return {
      family: this.name,
      fault,
      pieces: [head, Buffer.from(chunks, 'latin1')],
      ending: 'half-close',
      expect: refusedOrClosed,
    };
  },
};

export const pipelining: Family = {
  name: 'pipelined faults',
  weight: 4,
  next(random, target) {
    const count = random.integer(2, 8);
    const faulty = [
      { method: 'POST', path: 'Patient', body: '{"resourceType":"Patient","active":"yes"}' },
      { method: 'POST', path: 'Patient', body: '{' },
      { path: 'Patient?unknown=1' },
      { path: 'Patients' },
      { method: 'PUT', path: 'Patient/a_b', body },
      { path: 'Patient?name=%zz' },
    ];
    const requests = Array.from({ length: count }, (_, index) =>
      httpRequest(target, {
        ...random.pick(faulty),
        headers: { connection: index === count - 1 ? 'close' : 'keep-alive' },
      }),
    );
    return {
      family: this.name,
      fault: `${count} requests in one piece`,
      pieces: [Buffer.concat(requests)],
      expect: { kind: 'refused', answers: count },
    };
  },
};
