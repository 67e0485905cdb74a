import { deflateRawSync, gzipSync } from 'node:zlib';
import { httpRequest, type Family } from '../malformed-request.js';
import { validPatient } from '../sample-resources.js';

const valid = JSON.stringify(validPatient());

function utf16(text: string, bigEndian: boolean, mark: boolean): Buffer {
  const bytes = Buffer.from(mark ? `\uFEFF${text}` : text, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
}

const invalidSequences = [
  [0xff],
  [0xc0, 0xaf],
  [0xe0, 0x80, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xc3],
  [0xe9],
  [0x80],
].map((bytes) => Buffer.from(bytes));

export const badEncodings: Family = {
  name: 'bad encodings',
  weight: 10,
  next(random, target) {
    const at = valid.indexOf('Robust') + 2;
    const refused = { kind: 'refused' } as const;
    const post = (fault: string, body: Buffer, headers: Record<string, string> = {}) => ({
      family: this.name,
      fault,
      pieces: [httpRequest(target, { method: 'POST', path: 'Patient', body, headers })],
      expect: refused,
    });
    switch (random.integer(0, 6)) {
      case 0: {
        const sequence = random.pick(invalidSequences);
        const body = Buffer.concat([Buffer.from(valid.slice(0, at)), sequence, Buffer.from(valid.slice(at))]);
        return post(`invalid UTF-8 ${sequence.toString('hex')}`, body);
      }
      case 1: {
        const [bigEndian, mark] = [random.next() < 0.5, random.next() < 0.5];
        const charset = random.pick(['', '; charset=utf-16', '; charset=utf-8']);
        return post(`UTF-16${bigEndian ? 'BE' : 'LE'}${charset}`, utf16(valid, bigEndian, mark), {
          'content-type': `application/fhir+json${charset}`,
        });
      }
      case 2:
        return post('Latin-1', Buffer.from(valid.replace('Robust', 'Rübust'), 'latin1'), {
          'content-type': `application/fhir+json; charset=${random.pick(['iso-8859-1', 'windows-1252', 'utf-8', 'utf8'])}`,
        });
      case 3:
        return post('gzip of garbage', random.bytes(200), {
          'content-encoding': random.pick(['gzip', 'br', 'deflate', 'zstd', 'identity, gzip', 'nonsense']),
        });
      case 4:
        return post('cut gzip', gzipSync(valid).subarray(0, random.integer(1, 60)), { 'content-encoding': 'gzip' });
      case 5:
        return post('compressed, but not said so', random.pick([gzipSync(valid), deflateRawSync(valid)]));
      default:
        return post('random bytes', random.bytes(random.integer(1, 500)));
    }
  },
};

const otherTypes = [
  'text/plain',
  'text/xml',
  'application/xml',
  'application/fhir+xml',
  'application/octet-stream',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'text/html',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/fhir+ndjson',
  'image/png',
  'json',
  '/',
  'application/',
  '*/*',
  ';',
  'application/fhir+json, text/plain',
  'application/x-www-form-urlencoded',
  'application/jsonp',
  'x'.repeat(1_000),
];

export const wrongContentTypes: Family = {
  name: 'wrong content types',
  weight: 6,
  next(random, target) {
    if (random.next() < 0.2) {
      const accept = random.pick([
        'application/fhir+xml',
        'text/turtle',
        'image/*',
        'application/fhir+json;q=0, text/csv',
        'x',
        '/',
      ]);
      return {
        family: this.name,
        fault: `accept ${accept}`,
        pieces: [httpRequest(target, { method: 'POST', path: 'Patient', body: valid, headers: { accept } })].map(
          (bytes) =>
            accept.includes('q=0')
              ? httpRequest(target, { path: `Patient/${target.patientId}`, headers: { accept: 'text/csv' } })
              : bytes,
        ),
        expect: { kind: 'refused' },
      };
    }
    const type = random.pick(otherTypes);
    const withoutType = random.next() < 0.1;
    return {
      family: this.name,
      fault: withoutType ? 'none' : type.slice(0, 40),
      pieces: [
        httpRequest(target, {
          method: 'POST',
          path: random.pick(['Patient', 'Patient', '']),
          body: valid,
          headers: { 'content-type': withoutType ? '' : type },
        }),
      ],
      expect: { kind: 'refused' },
    };
  },
};
