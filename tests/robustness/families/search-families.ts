import { httpRequest, type Expectation, type Family } from '../malformed-request.js';
import type { HttpAnswer } from '../send-bytes.js';

/**
 * A hostile value may be a valid one: a name can be `' or 1=1`. Then the search is right to succeed, and right only if
 * it finds nothing: the database has a patient that every injection would bring to light.
 */
export function judgeEmptySearch({ status, body }: HttpAnswer): string | undefined {
  if (status !== 200) {
    return `status ${status} of a search`;
  }
  const bundle = parse(body);
  if (bundle?.resourceType !== 'Bundle' || bundle.type !== 'searchset') {
    return 'the answer is no searchset';
  }
  const matches = (bundle.entry ?? []).filter(({ search }) => search?.mode !== 'outcome');
  return matches.length === 0 && (bundle.total ?? 0) === 0
    ? undefined
    : `found ${matches.length} resources, total ${bundle.total}`;
}

function parse(body: string) {
  try {
    return JSON.parse(body) as {
      resourceType?: string;
      type?: string;
      total?: number;
      entry?: readonly { readonly search?: { readonly mode?: string } }[];
    };
  } catch {
    return undefined;
  }
}

const emptySearch: Expectation = { kind: 'valid', judge: judgeEmptySearch };
const refused: Expectation = { kind: 'refused' };

const hostile = [
  `' or '1'='1`,
  `'; drop table fhir.resource; --`,
  `" or ""="`,
  `1) or (1=1`,
  `x' union select body from fhir.resource --`,
  `\\'; select pg_sleep(10); --`,
  `$1`,
  `$$; select 1; $$`,
  `%`,
  `_`,
  `%_%`,
  `.*`,
  `(a+)+$`,
  `{{7*7}}`,
  `\${7*7}`,
  `<script>alert(1)</script>`,
  `../../../../etc/passwd`,
  `\r\nX-Injected: yes`,
  `|||||`,
  `\\|\\,\\$`,
  `,`.repeat(500),
  `a,`.repeat(2_000),
  `|`,
  `http://|`,
  `Patient/`,
  `Patient/../Patient`,
  `\u202e\u0000`.slice(0, 1),
  `\ufffd`,
  `𝖃𝖞𝖟𝖟𝖞`,
  `e\u0301`.repeat(200),
  `ﷺ`.repeat(300),
  `İ`.repeat(100),
  'x'.repeat(10_000),
];

/** Parameters of Patient, each with values that can match no patient, whatever the server makes of them. */
const textParameters = [
  'name',
  'family',
  'given',
  'address',
  'address-city',
  'phonetic',
  'email',
  'name:exact',
  'family:exact',
  '_id',
  'identifier',
  'identifier:not-there',
  'gender',
  'telecom',
  'general-practitioner',
  'organization',
  'link',
];

const wrongQueries = [
  'birthdate=yesterday',
  'birthdate=1970-13-01',
  'birthdate=ge',
  'birthdate=xx1970',
  'birthdate=1970-01-01T25:00',
  'birthdate=99999-01-01',
  'birthdate=-1',
  'birthdate:above=x',
  '_lastUpdated=now',
  '_lastUpdated=gt',
  '_count=-1',
  '_count=abc',
  '_count=1e3',
  '_count=99999999999999999999',
  '_count=1.5',
  '_total=maybe',
  '_sort=-nothing',
  '_summary=everything',
  '_format=xml',
  '_pretty=perhaps',
  'unknown=1',
  '__proto__=x',
  '__proto__[polluted]=true',
  'constructor=x',
  'constructor.prototype.polluted=true',
  'toString=x',
  'hasOwnProperty=x',
  'name:regex=x',
  'name:=x',
  ':exact=x',
  'gender:of-type=x',
  '_has:Observation=1',
  'name[]=x',
  'name[0][a]=x',
  '=x',
  '%=x',
  'name=%zz',
  'name=%c3%28',
  'name=%ff%fe',
  'name=%00',
  'na%00me=x',
  'name=a%00b',
  'name=%u0041',
  'organization:Nothing=x',
  'organization:Patient.name=x',
  `${'x'.repeat(3_000)}=1`,
];

export const hostileSearches: Family = {
  name: 'hostile searches',
  weight: 24,
  next(random, target) {
    const byPost = random.next() < 0.25;
    const send = (query: string, expect: Expectation) => {
      const request = byPost
        ? {
            method: 'POST',
            path: 'Patient/_search',
            body: query,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          }
        : { path: `Patient?${query}` };
      return {
        family: this.name,
        fault: `${byPost ? 'POST ' : ''}${query.slice(0, 70)}`,
        pieces: [httpRequest(target, request)],
        expect,
      };
    };
    if (random.next() < 0.4) {
      return send(random.pick(wrongQueries), refused);
    }
    const value = `${random.pick(hostile)}${random.next() < 0.3 ? random.word(random.integer(1, 9)) : ''}`;
    const parameter = random.pick(textParameters);
    // A value that begins with | or is a comma alone means "nothing of it", which is for the server to refuse or to leave empty.
    const guard = `&_id=${random.word(12)}`;
    const isVacuous = /^[\s,|\\$%_]*$/.test(value);
    return send(`${encodeURIComponent(parameter)}=${encodeURIComponent(value)}${isVacuous ? guard : ''}`, emptySearch);
  },
};

const wrongPaging = [
  '_count=0x10',
  '_count=',
  '_since=yesterday',
  '_since=',
  '_at=2020',
  '_cursor=AAAA',
  '_page=-1',
  '_after=%00',
  'page=2',
  '_count=-5',
];

export const hostileHistory: Family = {
  name: 'hostile history and paging',
  weight: 3,
  next(random, target) {
    const path = random.pick([
      'Patient/_history',
      '_history',
      `Patient/${target.patientId}/_history`,
      `Patient/${target.patientId}/_history/`,
    ]);
    const isVersion = path.endsWith('/');
    const tail = isVersion
      ? random.pick(['0', '-1', 'x', '1.0', '%00', '99999999999999999999', '1e3', ' 1', "1'--"]).replaceAll(' ', '%20')
      : `?${random.pick(wrongPaging)}`;
    return {
      family: this.name,
      fault: `${path}${tail}`,
      pieces: [httpRequest(target, { path: `${path}${tail}` })],
      expect: refused,
    };
  },
};
