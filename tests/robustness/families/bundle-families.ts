import { httpRequest, type Expectation, type Family } from '../malformed-request.js';
import { createEntry, transactionOf, validObservation, validPatient } from '../sample-resources.js';
import type { HttpAnswer } from '../send-bytes.js';

const refused: Expectation = { kind: 'refused' };

/** A batch answers 200 and says of each entry what became of it: every one has to be refused, with an outcome. */
export function judgeRefusedBatch(entries: number): (answer: HttpAnswer) => string | undefined {
  return ({ status, body }) => {
    if (status !== 200) {
      return `status ${status} of a batch`;
    }
    let answers: readonly {
      readonly response?: { readonly status?: string; readonly outcome?: { readonly resourceType?: string } };
    }[];
    try {
      answers = (JSON.parse(body) as { entry?: typeof answers }).entry ?? [];
    } catch {
      return 'the answer is no JSON';
    }
    if (answers.length !== entries) {
      return `${answers.length} answers to ${entries} entries`;
    }
    const wrong = answers.find(
      ({ response }) =>
        !/^4\d\d\b/.test(response?.status ?? '') || response?.outcome?.resourceType !== 'OperationOutcome',
    );
    return wrong === undefined ? undefined : `an entry was answered with ${wrong.response?.status}`;
  };
}

const [first, second] = [
  'urn:uuid:11111111-1111-4111-8111-111111111111',
  'urn:uuid:22222222-2222-4222-8222-222222222222',
];
const patient = validPatient();
const broken = { ...patient, active: 'yes' };
const entry = (request: unknown, resource: unknown = patient, fullUrl?: string): Record<string, unknown> => ({
  ...(fullUrl === undefined ? {} : { fullUrl }),
  resource,
  request,
});
const linkTo = (reference: string): Record<string, unknown> => ({
  ...patient,
  link: [{ other: { reference }, type: 'seealso' }],
});

/** Transactions with one fault each; whatever else is in them must not be stored either. */
const faultyTransactions: readonly (readonly [fault: string, body: string])[] = [
  ['one broken entry at the end', transactionOf(createEntry(patient), createEntry(patient), createEntry(broken))],
  ['duplicate fullUrl', transactionOf(createEntry(patient, first), createEntry(patient, first))],
  [
    'the same resource twice',
    transactionOf(
      entry({ method: 'PUT', url: 'Patient/twice' }, { ...patient, id: 'twice' }),
      entry({ method: 'PUT', url: 'Patient/twice' }, { ...patient, id: 'twice' }),
    ),
  ],
  [
    'put and delete of one resource',
    transactionOf(entry({ method: 'PUT', url: 'Patient/twice' }, { ...patient, id: 'twice' }), {
      request: { method: 'DELETE', url: 'Patient/twice' },
    }),
  ],
  [
    'a cycle with a broken member',
    transactionOf(createEntry(linkTo(second), first), createEntry({ ...linkTo(first), gender: 'banana' }, second)),
  ],
  ['a self reference in a broken resource', transactionOf(createEntry({ ...linkTo(first), birthDate: 'x' }, first))],
  [
    'a conditional reference without a match',
    transactionOf(createEntry({ ...validObservation(), subject: { reference: 'Patient?identifier=urn:none|none' } })),
  ],
  [
    'a conditional reference with a wrong search',
    transactionOf(createEntry({ ...validObservation(), subject: { reference: 'Patient?unknown=1' } })),
  ],
  ['no request', transactionOf({ resource: patient })],
  ['no resource', transactionOf({ request: { method: 'POST', url: 'Patient' } })],
  ['no url', transactionOf(entry({ method: 'POST' }))],
  ['no method', transactionOf(entry({ url: 'Patient' }))],
  ['an unknown method', transactionOf(entry({ method: 'BREW', url: 'Patient' }))],
  ['another type than its url', transactionOf(entry({ method: 'POST', url: 'Observation' }))],
  ['another id than its url', transactionOf(entry({ method: 'PUT', url: 'Patient/one' }, { ...patient, id: 'two' }))],
  ['an unknown type', transactionOf(entry({ method: 'POST', url: 'Nothing' }))],
  ['a url outside', transactionOf(entry({ method: 'POST', url: 'https://elsewhere.example.org/Patient' }))],
  ['a url that climbs', transactionOf(entry({ method: 'PUT', url: 'Patient/../../x' }))],
  ['a url with a NUL', transactionOf(entry({ method: 'PUT', url: 'Patient/a%00b' }))],
  ['a url that is not UTF-8', transactionOf(entry({ method: 'GET', url: 'Patient?name=%ff' }, undefined))],
  ['a wrong search', transactionOf(createEntry(patient), { request: { method: 'GET', url: 'Patient?unknown=1' } })],
  [
    'a wrong precondition',
    transactionOf(
      createEntry(patient),
      entry({ method: 'PUT', url: 'Patient/none', ifMatch: 'W/"7"' }, { ...patient, id: 'none' }),
    ),
  ],
  ['a wrong ifNoneExist', transactionOf(entry({ method: 'POST', url: 'Patient', ifNoneExist: 'unknown=1' }))],
  [
    'a bundle to the base inside',
    transactionOf(entry({ method: 'POST', url: '' }, { resourceType: 'Bundle', type: 'transaction', entry: [] })),
  ],
  ['a broken bundle as a resource', transactionOf(createEntry({ resourceType: 'Bundle', type: 'nothing' }))],
  ['a resource that is an array', transactionOf(entry({ method: 'POST', url: 'Patient' }, [patient]))],
  ['a resource that is a string', transactionOf(entry({ method: 'POST', url: 'Patient' }, 'Patient'))],
  ['a null entry', transactionOf(null)],
  ['an array as an entry', transactionOf([])],
  [
    'pollution in an entry',
    transactionOf(createEntry(patient)).replace('"request"', '"__proto__":{"polluted":true},"request"'),
  ],
  [
    'pollution in a request',
    transactionOf(createEntry(patient)).replace('"method"', '"constructor":{"polluted":true},"method"'),
  ],
  ['a fullUrl that is no URL', transactionOf({ ...createEntry(patient), fullUrl: 'has space' })],
  ['a fullUrl that is an object', transactionOf({ ...createEntry(patient), fullUrl: {} })],
  ['entry is an object', '{"resourceType":"Bundle","type":"transaction","entry":{"0":{}}}'],
  ['entry is a string', '{"resourceType":"Bundle","type":"transaction","entry":"x"}'],
  ['no type', '{"resourceType":"Bundle","entry":[]}'],
  ['type history', '{"resourceType":"Bundle","type":"history","entry":[]}'],
  ['type searchset', '{"resourceType":"Bundle","type":"searchset"}'],
  ['not a bundle', JSON.stringify(patient)],
  ['null', 'null'],
  ['an array of bundles', `[${transactionOf(createEntry(patient))}]`],
  [
    'too many entries',
    `{"resourceType":"Bundle","type":"transaction","entry":[${Array(5_001).fill('{"request":{"method":"GET","url":"Patient/x"}}').join(',')}]}`,
  ],
];

function nestedBundles(depth: number): string {
  const inner = `{"resourceType":"Bundle","type":"collection","entry":[{"resource":`;
  return `${inner.repeat(depth)}{"resourceType":"Patient"}${'}]}'.repeat(depth)}`;
}

export const faultyBundles: Family = {
  name: 'faulty bundles',
  weight: 14,
  next(random, target) {
    const post = (fault: string, body: string, expect: Expectation, path = '') => ({
      family: this.name,
      fault,
      pieces: [httpRequest(target, { method: 'POST', path, body })],
      expect,
    });
    const choice = random.next();
    if (choice < 0.08) {
      const depth = random.pick([70, 500, 3_000]);
      return post(`bundles in bundles, ${depth} deep`, nestedBundles(depth), refused, 'Bundle');
    }
    if (choice < 0.25) {
      const entries = Array.from({ length: random.integer(1, 6) }, () =>
        random.pick([
          createEntry(broken),
          entry({ method: 'PUT', url: 'Patient/a_b' }, patient),
          { request: { method: 'GET', url: 'Patient?unknown=1' } },
          { request: { method: 'GET', url: 'Nothing/1' } },
          entry({ method: 'POST', url: '' }, { resourceType: 'Bundle', type: 'batch' }),
          createEntry({ ...patient, gender: 'banana' }),
        ]),
      );
      const body = JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry: entries });
      return post(`batch of ${entries.length}`, body, { kind: 'valid', judge: judgeRefusedBatch(entries.length) });
    }
    const [fault, body] = random.pick(faultyTransactions);
    return post(fault, body, refused);
  },
};
