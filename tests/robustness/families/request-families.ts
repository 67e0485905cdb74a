import { httpRequest, type Expectation, type Family } from '../malformed-request.js';
import { validPatient } from '../sample-resources.js';

const refused: Expectation = { kind: 'refused' };
const refusedOrClosed: Expectation = { kind: 'refused-or-closed' };
const body = JSON.stringify(validPatient());

const badIds = [
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f%2e%2e%2f',
  '..%5c..%5cwindows',
  '....//....//',
  'a%00b',
  '%00',
  'a b'.replace(' ', '%20'),
  'a_b',
  'a;b=c',
  'a:b',
  "a'--",
  'a%27%20or%201=1',
  '%ff',
  '%c0%af',
  '%',
  '%zz',
  'é'.normalize('NFC').replace('é', '%C3%A9'),
  '%F0%9F%99%82',
  'x'.repeat(65),
  'x'.repeat(129),
  'x'.repeat(5_000),
  '$everything-else',
  '_search2',
  '*',
  '{id}',
  '<x>',
  '%252e%252e%252f',
  '%0d%0aX-Injected:%20yes',
  'a/b/c/d/e',
  '/'.repeat(50) + 'x_y',
];

const badTargets = [
  '/../../etc/passwd',
  '/fhir/R4/../../../etc/passwd',
  '/fhir/R4/Patient/../../../../etc/passwd',
  '/fhir/R4/Patients',
  '/fhir/R4/patient',
  '/fhir/R4/__proto__',
  '/fhir/R4/constructor/1',
  '/fhir/R4/Patient/x/_history/1/2',
  '/fhir/R4/Patient/x/unknown',
  '/fhir/R4/$nothing',
  '/fhir/R4/Patient/$nothing',
  '/fhir/R5/Patient',
  '/fhir',
  '/fhir/R4x',
  '/.git/config',
  '/package.json',
  '/node_modules/',
  '//fhir/R4/Patient',
  '/fhir/R4/Pat%69ents',
  '/fhir/R4/%2e%2e/%2e%2e/',
  '/wp-login.php',
  '/fhir/R4/Patient%00',
  '/%',
  '/%E0%A4%A',
  `/${'x'.repeat(8_000)}`,
];

export const pathTraversal: Family = {
  name: 'path traversal and bad ids',
  weight: 10,
  next(random, target) {
    if (random.next() < 0.4) {
      const rawTarget = random.pick(badTargets);
      return {
        family: this.name,
        fault: rawTarget.slice(0, 60),
        pieces: [httpRequest(target, { path: '', rawTarget })],
        expect: refused,
      };
    }
    const id = random.pick(badIds);
    const method = random.pick(['GET', 'PUT', 'DELETE']);
    const parts = {
      method,
      path: `Patient/${id}`,
      ...(method === 'PUT' ? { body: JSON.stringify({ ...validPatient(), id: 'other' }) } : {}),
    };
    return {
      family: this.name,
      fault: `${method} ${id.slice(0, 50)}`,
      pieces: [httpRequest(target, parts)],
      expect: refused,
    };
  },
};

export const wrongMethods: Family = {
  name: 'wrong methods',
  weight: 6,
  next(random, target) {
    const [method, path] = random.pick([
      ['PATCH', 'Patient'],
      ['PUT', ''],
      ['DELETE', ''],
      ['PATCH', ''],
      ['POST', `Patient/${target.patientId}`],
      ['POST', `Patient/${target.patientId}/_history`],
      ['PUT', `Patient/${target.patientId}/_history/1`],
      ['DELETE', '_history'],
      ['PUT', 'Patient/_search'],
      ['TRACE', 'Patient'],
      ['PROPFIND', 'Patient'],
      ['SEARCH', 'Patient'],
      ['LOCK', 'Patient'],
    ] as const);
    if (random.next() < 0.3) {
      const invented = random.pick(['get', 'GETT', 'BREW', 'P OST', '', 'G\0T', 'CONNECT', 'X'.repeat(500)]);
      return {
        family: this.name,
        fault: invented.slice(0, 30),
        pieces: [httpRequest(target, { method: invented, path: 'Patient', body })],
        expect: refusedOrClosed,
      };
    }
    const withBody = method === 'TRACE' ? {} : { body };
    return {
      family: this.name,
      fault: `${method} ${path}`,
      pieces: [httpRequest(target, { method, path, ...withBody })],
      expect: refused,
    };
  },
};

const badPreconditions: readonly Record<string, string>[] = [
  { 'if-match': 'W/"999"' },
  { 'if-match': '"1' },
  { 'if-match': 'abc' },
  { 'if-match': 'W/"x"' },
  { 'if-match': 'W/"-1"' },
  { 'if-match': 'W/"99999999999999999999999"' },
  { 'if-match': `W/"1'; drop table fhir.resource;--"` },
  { 'if-match': 'W/"0"' },
  { 'if-none-match': '*' },
];

const badAuthorizations = [
  'Bearer',
  'Bearer ',
  'Bearer x',
  'Bearer x.y.z',
  'bearer null',
  'Basic Zm9vOmJhcg==',
  'Digest x',
  `Bearer ${'a'.repeat(6_000)}`,
  'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.',
  "Bearer ' or 1=1",
  'Bearer \u00ff\u00fe',
];

export const badHeaders: Family = {
  name: 'bad headers',
  weight: 10,
  next(random, target) {
    const create = { method: 'POST', path: 'Patient', body };
    switch (random.integer(0, 5)) {
      case 0: {
        const headers = random.pick(badPreconditions);
        const existing = { ...validPatient(), id: target.patientId };
        const update = { method: 'PUT', path: `Patient/${target.patientId}`, body: JSON.stringify(existing), headers };
        return {
          family: this.name,
          fault: JSON.stringify(headers),
          pieces: [httpRequest(target, update)],
          expect: refused,
        };
      }
      case 1: {
        const authorization = random.pick(badAuthorizations);
        return {
          family: this.name,
          fault: authorization.slice(0, 40),
          pieces: [httpRequest(target, { ...create, authorization })],
          expect: refused,
        };
      }
      case 2: {
        const headers: Record<string, string> = random.pick([
          { 'if-none-exist': 'unknown=1' },
          { 'if-none-exist': 'birthdate=yesterday' },
          { 'if-none-exist': '%zz=%00' },
          { 'idempotency-key': 'x'.repeat(1_000) },
          { 'x-large': 'x'.repeat(20_000) },
          Object.fromEntries(Array.from({ length: 2_500 }, (_, index) => [`x-${index}`, 'y'])),
        ]);
        return {
          family: this.name,
          fault: JSON.stringify(headers).slice(0, 50),
          pieces: [httpRequest(target, { ...create, headers })],
          expect: refused,
        };
      }
      case 3: {
        const line = random.pick([
          'no colon here',
          ': no name',
          'na me: x',
          'x: a\u0001b',
          'x: a\0b',
          ' folded: x',
          '\u00fc: x',
          'content-length: 5',
          'content-length: -1',
          'content-length: 1e3',
          'transfer-encoding: chunked',
          'transfer-encoding: gzip',
          'host: other',
        ]);
        const head = httpRequest(target, create).toString('latin1').replace('\r\n', `\r\n${line}\r\n`);
        // A line that is merely odd is no reason to refuse; then the body has to be one.
        const harmless = /^(?:host)/.test(line);
        return {
          family: this.name,
          fault: line,
          pieces: [Buffer.from(harmless ? head.replace('"active":true', '"active":1234') : head, 'latin1')],
          expect: refusedOrClosed,
        };
      }
      case 4: {
        const version = random.pick(['HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'HTTP', '', 'HTTPS/1.1', 'http/1.1']);
        // Node's parser reads 0.9 and 2.0 as if they were 1.1; then the body has to be the reason.
        const bytes = httpRequest(target, create)
          .toString('latin1')
          .replace('HTTP/1.1', version)
          .replace('"active":true', '"active":1234');
        return {
          family: this.name,
          fault: `version ${version}`,
          pieces: [Buffer.from(bytes, 'latin1')],
          expect: refusedOrClosed,
        };
      }
      default: {
        // None of these makes a faulty body a good one; an expectation that cannot be met is Node's own to refuse.
        const name = random.pick([
          'x-request-id',
          'origin',
          'x-forwarded-host',
          'x-forwarded-for',
          'prefer',
          'referer',
          'cookie',
          'expect',
        ]);
        const value =
          name === 'expect'
            ? 'the-impossible'
            : random.pick([
                "'; drop table x; --",
                '<script>alert(1)</script>',
                '../../etc/passwd',
                '{{7*7}}',
                'x'.repeat(2_000),
                '\u00ff',
              ]);
        const broken = { ...create, body: body.replace('true', '"true"'), headers: { [name]: value } };
        return {
          family: this.name,
          fault: `${name}: ${value.slice(0, 30)}`,
          pieces: [httpRequest(target, broken)],
          expect: name === 'expect' ? refusedOrClosed : refused,
        };
      }
    }
  },
};
