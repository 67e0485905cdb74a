import { type BootedApi, bootApi, type FhirAnswer, type FhirClient } from '@healthcare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let api: BootedApi;
let client: FhirClient;

beforeAll(async () => {
  api = await bootApi();
  client = await api.client('north');
});
afterAll(() => api.stop());

const PATIENT = 'urn:uuid:0f4f1d1c-7a6e-4a7a-9c55-0c6a6a9d0001';
const OBSERVATION = 'urn:uuid:0f4f1d1c-7a6e-4a7a-9c55-0c6a6a9d0002';

interface Entry {
  readonly fullUrl?: string;
  readonly resource?: Record<string, unknown>;
  readonly request: Record<string, string>;
}

const send = (type: 'batch' | 'transaction', entry: readonly Entry[], headers = {}): Promise<FhirAnswer> =>
  client.post('', { resourceType: 'Bundle', type, entry }, headers);

const count = async (type: string): Promise<number> =>
  (await client.get(`${type}?_summary=count`)).json.total as number;

const observation = (subject: string): Record<string, unknown> => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'weight' },
  subject: { reference: subject },
});

describe('transaction', () => {
  it('resolves references between entries, whatever their order', async () => {
    const answer = await send('transaction', [
      { fullUrl: OBSERVATION, resource: observation(PATIENT), request: { method: 'POST', url: 'Observation' } },
      { fullUrl: PATIENT, resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
    ]);
    expect(answer.status).toBe(200);
    const [first, second] = answer.json.entry;
    expect(first.response.status).toBe('201 Created');
    expect(first.response.location).toMatch(/^Observation\/.+\/_history\/1$/);
    expect(first.resource).toBeUndefined();
    const stored = (await client.get(first.response.location.replace(/\/_history.*/, ''))).json;
    expect(stored.subject.reference).toBe(second.response.location.replace(/\/_history.*/, ''));
    expect((await client.get(`Observation?subject=${stored.subject.reference}`)).json.entry).toHaveLength(1);
  });

  it('gives back what it stored where that is preferred', async () => {
    const answer = await send(
      'transaction',
      [{ resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } }],
      { prefer: 'return=representation' },
    );
    expect(answer.json.entry[0].resource.resourceType).toBe('Patient');
  });

  it('is refused whole, with the path of the fault, and leaves no trace', async () => {
    const before = await Promise.all([count('Patient'), count('Observation')]);
    const answer = await send('transaction', [
      { resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
      {
        resource: { resourceType: 'Observation', status: 'nonsense' },
        request: { method: 'POST', url: 'Observation' },
      },
    ]);
    expect(answer.status).toBe(400);
    const paths = answer.json.issue.map((issue: { expression: string[] }) => issue.expression[0]).sort();
    expect(paths).toEqual(['Bundle.entry[1].resource.code', 'Bundle.entry[1].resource.status']);
    expect(await Promise.all([count('Patient'), count('Observation')])).toEqual(before);
  });

  it('is undone when a later step fails in the database', async () => {
    const before = await count('Patient');
    const answer = await send('transaction', [
      { resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
      {
        resource: { resourceType: 'Patient', id: 'absent' },
        request: { method: 'PUT', url: 'Patient/absent', ifMatch: 'W/"1"' },
      },
    ]);
    expect(answer.status).toBe(412);
    expect(await count('Patient')).toBe(before);
  });

  it('deletes before it creates, and reads last', async () => {
    const identifier = [{ system: 'urn:order', value: '1' }];
    const { id } = (await client.post('Patient', { resourceType: 'Patient', identifier })).json;
    const answer = await send('transaction', [
      { request: { method: 'GET', url: 'Patient?identifier=urn:order|1' } },
      {
        resource: { resourceType: 'Patient', identifier },
        request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:order|1' },
      },
      { request: { method: 'DELETE', url: `Patient/${id}` } },
    ]);
    expect(answer.json.entry.map((entry: { response: { status: string } }) => entry.response.status)).toEqual([
      '200 OK',
      '201 Created',
      '204 No Content',
    ]);
    const found = answer.json.entry[0].resource.entry;
    expect(found).toHaveLength(1);
    expect(found[0].resource.id).not.toBe(id);
  });

  it('takes what a conditional create found for the references', async () => {
    const identifier = [{ system: 'urn:found', value: '1' }];
    const { id } = (await client.post('Patient', { resourceType: 'Patient', identifier })).json;
    const answer = await send('transaction', [
      {
        fullUrl: PATIENT,
        resource: { resourceType: 'Patient', identifier },
        request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:found|1' },
      },
      { fullUrl: OBSERVATION, resource: observation(PATIENT), request: { method: 'POST', url: 'Observation' } },
    ]);
    expect(answer.json.entry[0].response.status).toBe('200 OK');
    expect((await client.get(`Observation?subject=Patient/${id}`)).json.entry).toHaveLength(1);
  });

  it('resolves conditional references, and refuses those that match none or many', async () => {
    const practitioner = { resourceType: 'Practitioner', identifier: [{ system: 'urn:npi', value: '5' }] };
    const patient = {
      resourceType: 'Patient',
      generalPractitioner: [{ reference: 'Practitioner?identifier=urn:npi|5' }],
    };
    const attempt = (): Promise<FhirAnswer> =>
      send('transaction', [{ resource: patient, request: { method: 'POST', url: 'Patient' } }], {
        prefer: 'return=representation',
      });
    expect((await attempt()).status).toBe(412);
    const { id } = (await client.post('Practitioner', practitioner)).json;
    expect((await attempt()).json.entry[0].resource.generalPractitioner[0].reference).toBe(`Practitioner/${id}`);
    await client.post('Practitioner', practitioner);
    expect((await attempt()).status).toBe(412);
  });

  it.each([
    ['the same resource twice', ['PUT Patient/twice', 'PUT Patient/twice']],
    ['a write and a deletion of one resource', ['PUT Patient/twice', 'DELETE Patient/twice']],
  ])('refuses %s', async (_name, requests) => {
    const answer = await send(
      'transaction',
      requests.map((text) => {
        const [method, url] = text.split(' ') as [string, string];
        return {
          request: { method, url },
          ...(method === 'PUT' ? { resource: { resourceType: 'Patient', id: 'twice' } } : {}),
        };
      }),
    );
    expect(answer.status).toBe(400);
    expect(answer.json.issue[0].code).toBe('duplicate');
    expect((await client.get('Patient/twice')).status).toBe(404);
  });

  it('refuses two entries with one fullUrl, and a reference to a urn that is none of them', async () => {
    const entry = {
      fullUrl: PATIENT,
      resource: { resourceType: 'Patient' },
      request: { method: 'POST', url: 'Patient' },
    };
    expect((await send('transaction', [entry, entry])).status).toBe(400);
    const dangling = await send('transaction', [
      { resource: observation(PATIENT), request: { method: 'POST', url: 'Observation' } },
    ]);
    expect(dangling.status).toBe(400);
    expect(dangling.json.issue[0].expression).toEqual(['Bundle.entry[0].resource']);
  });

  it('is carried out once under an Idempotency-Key', async () => {
    const before = await count('Patient');
    const key = { 'idempotency-key': 'bundle-1' };
    const entry = [{ resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } }];
    const [first, second] = await Promise.all([send('transaction', entry, key), send('transaction', entry, key)]);
    expect(first.text).toBe(second.text);
    expect(await count('Patient')).toBe(before + 1);
  });

  it('updates a resource twice in a row without waiting for anything but the lock', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        send('transaction', [
          { resource: { resourceType: 'Patient', id: 'busy-a' }, request: { method: 'PUT', url: 'Patient/busy-a' } },
          {
            resource: { resourceType: 'Patient', id: 'busy-b', active: n % 2 === 0 },
            request: { method: 'PUT', url: 'Patient/busy-b' },
          },
        ]),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect((await client.get('Patient/busy-a')).json.meta.versionId).toBe('6');
  });
});

describe('batch', () => {
  it('carries out each entry on its own', async () => {
    const answer = await send('batch', [
      { resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
      { resource: { resourceType: 'Patient', gender: 'x' }, request: { method: 'POST', url: 'Patient' } },
      { request: { method: 'GET', url: 'Patient/nobody' } },
      { request: { method: 'GET', url: 'Patient?_count=1' } },
      { request: { method: 'PATCH', url: 'Patient/nobody' } },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.json.type).toBe('batch-response');
    expect(
      answer.json.entry.map((entry: { response: { status: string } }) => entry.response.status.slice(0, 3)),
    ).toEqual(['201', '400', '404', '200', '405']);
    expect(answer.json.entry[1].response.outcome.issue[0].expression).toEqual(['Patient.gender']);
  });

  it('repeats only what was not done under an Idempotency-Key', async () => {
    const before = await count('Patient');
    const entry = [
      { resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
      { resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
    ];
    const key = { 'idempotency-key': 'batch-1' };
    const first = await send('batch', entry, key);
    const second = await send('batch', entry, key);
    expect(second.text).toBe(first.text);
    expect(await count('Patient')).toBe(before + 2);
  });
});

describe('a bundle that asks for nothing sensible', () => {
  it.each([
    ['no bundle', { resourceType: 'Patient' }],
    ['another type', { resourceType: 'Bundle', type: 'collection' }],
    [
      'an entry without a request',
      { resourceType: 'Bundle', type: 'batch', entry: [{ resource: { resourceType: 'Patient' } }] },
    ],
    ['an entry that is no object', { resourceType: 'Bundle', type: 'transaction', entry: [7] }],
    ['entries that are no list', { resourceType: 'Bundle', type: 'transaction', entry: {} }],
    [
      'a method that is none',
      { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'FETCH', url: 'Patient' } }] },
    ],
    [
      'a POST without a resource',
      { resourceType: 'Bundle', type: 'transaction', entry: [{ request: { method: 'POST', url: 'Patient' } }] },
    ],
    [
      'a bundle in a bundle',
      { resourceType: 'Bundle', type: 'transaction', entry: [{ request: { method: 'POST', url: '/' } }] },
    ],
  ])('%s', async (_name, body) => {
    const answer = await client.post('', body);
    expect(answer.status).toBe(400);
    expect(answer.json.resourceType).toBe('OperationOutcome');
  });

  it('accepts an empty one', async () => {
    expect((await client.post('', { resourceType: 'Bundle', type: 'transaction' })).json).toEqual({
      resourceType: 'Bundle',
      type: 'transaction-response',
    });
  });
});
