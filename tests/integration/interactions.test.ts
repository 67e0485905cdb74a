import { type BootedApi, bootApi, type FhirClient, withClient } from '@healthcare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let api: BootedApi;
let client: FhirClient;

beforeAll(async () => {
  api = await bootApi();
  client = await api.client('north');
});
afterAll(() => api.stop());

const patient = (family: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  resourceType: 'Patient',
  name: [{ family }],
  ...more,
});

describe('create and read', () => {
  it('stores a resource and says where', async () => {
    const created = await client.post('Patient', patient('Okafor', { id: 'chosen-by-client' }));
    expect(created.status).toBe(201);
    const { id, meta } = created.json;
    expect(id).not.toBe('chosen-by-client');
    expect(meta.versionId).toBe('1');
    expect(created.headers.get('etag')).toBe('W/"1"');
    expect(created.headers.get('location')).toBe(`${api.fhirUrl}/Patient/${id}/_history/1`);
    expect(new Date(created.headers.get('last-modified')!).getTime()).toBe(
      Math.floor(Date.parse(meta.lastUpdated) / 1000) * 1000,
    );
    const read = await client.get(`Patient/${id}`);
    expect(read.status).toBe(200);
    expect(read.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
    expect(read.text).toBe(created.text);
  });

  it('keeps decimals as they were written', async () => {
    const body =
      '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.00,"unit":"mg"},' +
      '"component":[{"code":{"text":"y"},"valueQuantity":{"value":1.0E2}}]}';
    const created = await client.post('Observation', body);
    expect(created.status).toBe(201);
    const read = await client.get(`Observation/${created.json.id}`);
    expect(read.text).toContain('"value":1.00,');
    expect(read.text).toContain('"value":1.0E2');
    const updated = await client.put(`Observation/${created.json.id}`, read.text);
    expect(updated.text).toContain('"value":1.00,');
  });

  it('answers a condition with 304', async () => {
    const created = await client.post('Patient', patient('Lind'));
    const path = `Patient/${created.json.id}`;
    const unchanged = await client.get(path, { 'if-none-match': 'W/"1"' });
    expect(unchanged.status).toBe(304);
    expect(unchanged.text).toBe('');
    expect((await client.get(path, { 'if-none-match': 'W/"2"' })).status).toBe(200);
    const modified = created.headers.get('last-modified')!;
    expect((await client.get(path, { 'if-modified-since': modified })).status).toBe(304);
    const before = new Date(Date.parse(modified) - 1000).toUTCString();
    expect((await client.get(path, { 'if-modified-since': before })).status).toBe(200);
  });

  it('knows what is not there', async () => {
    const missing = await client.get('Patient/nobody');
    expect(missing.status).toBe(404);
    expect(missing.json).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'not-found' }] });
    expect((await client.get('Patient/nobody/_history')).status).toBe(404);
    expect((await client.get('Patient/nobody/_history/1')).status).toBe(404);
  });

  it('answers HEAD like GET, without the body', async () => {
    const created = await client.post('Patient', patient('Head'));
    const head = await client.send('HEAD', `Patient/${created.json.id}`, undefined);
    expect(head.status).toBe(200);
    expect(head.headers.get('etag')).toBe('W/"1"');
    expect(head.text).toBe('');
  });

  it.each([
    ['minimal', ''],
    ['OperationOutcome', '"resourceType":"OperationOutcome"'],
    ['representation', '"resourceType":"Patient"'],
  ])('follows Prefer: return=%s', async (preference, expected) => {
    const created = await client.post('Patient', patient('Prefer'), { prefer: `return=${preference}` });
    expect(created.status).toBe(201);
    expect(created.text === '' ? '' : created.text).toContain(expected);
    expect(created.text === '').toBe(preference === 'minimal');
  });
});

describe('update and delete', () => {
  it('makes a new version and keeps the old one', async () => {
    const { id } = (await client.post('Patient', patient('One'))).json;
    const updated = await client.put(`Patient/${id}`, patient('Two', { id }));
    expect(updated.status).toBe(200);
    expect(updated.headers.get('etag')).toBe('W/"2"');
    expect((await client.get(`Patient/${id}`)).json.name[0].family).toBe('Two');
    expect((await client.get(`Patient/${id}/_history/1`)).json.name[0].family).toBe('One');
    expect((await client.get(`Patient/${id}/_history/2`)).json.name[0].family).toBe('Two');
    expect((await client.get(`Patient/${id}/_history/3`)).status).toBe(404);
  });

  it('creates under the id of the URL', async () => {
    const created = await client.put('Patient/my-own-id', patient('Own', { id: 'my-own-id' }));
    expect(created.status).toBe(201);
    expect((await client.get('Patient/my-own-id')).status).toBe(200);
  });

  it('refuses a body with another id, or none', async () => {
    expect((await client.put('Patient/a', patient('x', { id: 'b' }))).json.issue[0]).toMatchObject({
      expression: ['Patient.id'],
      code: 'value',
    });
    expect((await client.put('Patient/a', patient('x'))).status).toBe(400);
    expect((await client.get('Patient/a')).status).toBe(404);
  });

  it('updates only the version that the caller knows', async () => {
    const { id } = (await client.post('Patient', patient('Match'))).json;
    expect((await client.put(`Patient/${id}`, patient('x', { id }), { 'if-match': 'W/"9"' })).status).toBe(412);
    expect((await client.put(`Patient/${id}`, patient('y', { id }), { 'if-match': 'W/"1"' })).status).toBe(200);
    expect((await client.put(`Patient/${id}`, patient('z', { id }), { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await client.delete(`Patient/${id}`, { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await client.get(`Patient/${id}`)).json.name[0].family).toBe('y');
  });

  it('lets one of many concurrent updates of the same version through', async () => {
    const { id } = (await client.post('Patient', patient('Race'))).json;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        client.put(`Patient/${id}`, patient(`R${n}`, { id }), { 'if-match': 'W/"1"' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
  });

  it('loses none of many concurrent updates', async () => {
    const { id } = (await client.post('Patient', patient('Race'))).json;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => client.put(`Patient/${id}`, patient(`R${n}`, { id }))),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect((await client.get(`Patient/${id}/_history?_count=50`)).json.total).toBe(11);
  });

  it('creates one resource when many create the same id at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => client.put('Patient/raced', patient('Raced', { id: 'raced' }))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(7);
  });

  it('deletes, remembers, and can bring back', async () => {
    const { id } = (await client.post('Patient', patient('Gone'))).json;
    const deleted = await client.delete(`Patient/${id}`);
    expect(deleted.status).toBe(204);
    expect((await client.get(`Patient/${id}`)).status).toBe(410);
    expect((await client.get(`Patient/${id}/_history/2`)).status).toBe(410);
    expect((await client.get(`Patient?_id=${id}`)).json.entry).toBeUndefined();
    expect((await client.delete(`Patient/${id}`)).status).toBe(204);
    const history = (await client.get(`Patient/${id}/_history`)).json;
    expect(history.entry.map((entry: { request: { method: string } }) => entry.request.method)).toEqual([
      'DELETE',
      'POST',
    ]);
    expect((await client.put(`Patient/${id}`, patient('Back', { id }))).status).toBe(201);
    expect((await client.get(`Patient/${id}`)).json.meta.versionId).toBe('3');
    expect((await client.delete('Patient/never-was')).status).toBe(204);
  });
});

describe('conditional writes', () => {
  const identified = (value: string): Record<string, unknown> =>
    patient('Cond', { identifier: [{ system: 'urn:test', value }] });

  it('creates once for one condition', async () => {
    const header = { 'if-none-exist': 'identifier=urn:test|once' };
    expect((await client.post('Patient', identified('once'), header)).status).toBe(201);
    expect((await client.post('Patient', identified('once'), header)).status).toBe(200);
    await client.post('Patient', identified('once'));
    expect((await client.post('Patient', identified('once'), header)).status).toBe(412);
  });

  it('creates once when many ask at once', async () => {
    const header = { 'if-none-exist': 'identifier=urn:test|race' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => client.post('Patient', identified('race'), header)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
  });

  it('updates and deletes what a condition matches', async () => {
    const created = await client.put('Patient?identifier=urn:test|upsert', identified('upsert'));
    expect(created.status).toBe(201);
    const updated = await client.put('Patient?identifier=urn:test|upsert', identified('upsert'));
    expect(updated.status).toBe(200);
    expect(updated.json.id).toBe(created.json.id);
    expect((await client.delete('Patient?identifier=urn:test|upsert')).status).toBe(204);
    expect((await client.get(`Patient/${created.json.id}`)).status).toBe(410);
    expect((await client.delete('Patient?identifier=urn:test|upsert')).status).toBe(204);
  });

  it('refuses a condition that selects nothing, is unknown, or matches many', async () => {
    expect((await client.delete('Patient')).status).toBe(412);
    expect((await client.delete('Patient?_count=1')).status).toBe(412);
    expect((await client.delete('Patient?colour=red')).status).toBe(400);
    await client.post('Patient', identified('twice'));
    await client.post('Patient', identified('twice'));
    expect((await client.delete('Patient?identifier=urn:test|twice')).status).toBe(412);
    expect((await client.get('Patient?identifier=urn:test|twice')).json.entry).toHaveLength(2);
  });
});

describe('a repeated request with an Idempotency-Key', () => {
  it('is carried out once and answered the same', async () => {
    const key = { 'idempotency-key': 'create-1' };
    const body = patient('Idem', { identifier: [{ system: 'urn:idem', value: '1' }] });
    const [first, second] = await Promise.all([client.post('Patient', body, key), client.post('Patient', body, key)]);
    const third = await client.post('Patient', body, key);
    expect([first.status, second.status, third.status]).toEqual([201, 201, 201]);
    expect(new Set([first.json.id, second.json.id, third.json.id]).size).toBe(1);
    expect(third.headers.get('etag')).toBe(first.headers.get('etag'));
    expect((await client.get('Patient?identifier=urn:idem|1')).json.entry).toHaveLength(1);
  });

  it('is refused when it asks for something else', async () => {
    const key = { 'idempotency-key': 'create-2' };
    expect((await client.post('Patient', patient('A'), key)).status).toBe(201);
    expect((await client.post('Patient', patient('B'), key)).status).toBe(422);
  });

  it('is carried out anew when the first was refused', async () => {
    const key = { 'idempotency-key': 'create-3' };
    expect((await client.post('Patient', { resourceType: 'Patient', gender: 'banana' }, key)).status).toBe(400);
    expect((await client.post('Patient', patient('C'), key)).status).toBe(201);
  });
});

describe('validation', () => {
  it('names the path of every fault and stores nothing', async () => {
    const before = (await client.get('Patient?_summary=count')).json.total;
    const refused = await client.post('Patient', {
      resourceType: 'Patient',
      gender: 'banana',
      birthDate: '2023-02-30',
      name: [{ family: 7 }],
      colour: 'red',
    });
    expect(refused.status).toBe(400);
    const paths = refused.json.issue.map((issue: { expression: string[] }) => issue.expression[0]);
    expect(paths.sort()).toEqual(['Patient.birthDate', 'Patient.colour', 'Patient.gender', 'Patient.name[0].family']);
    expect(refused.text).not.toContain('banana');
    expect((await client.get('Patient?_summary=count')).json.total).toBe(before);
  });

  it.each([
    ['no JSON', '{"resourceType":', 400],
    ['no body', '', 400],
    ['another type', '{"resourceType":"Observation"}', 400],
    ['no resource', '[]', 400],
    ['null', 'null', 400],
  ])('refuses %s', async (_name, body, status) => {
    const refused = await client.send('POST', 'Patient', body);
    expect(refused.status).toBe(status);
    expect(refused.json.resourceType).toBe('OperationOutcome');
  });

  it('takes JSON only', async () => {
    expect(
      (await client.send('POST', 'Patient', '<Patient/>', { 'content-type': 'application/fhir+xml' })).status,
    ).toBe(415);
    expect((await client.get('Patient', { accept: 'application/fhir+xml' })).status).toBe(406);
    expect((await client.get('Patient?_format=xml')).status).toBe(406);
    expect((await client.get('Patient?_format=json', { accept: 'application/fhir+xml' })).status).toBe(200);
  });
});

describe('presentation', () => {
  it('indents, and reduces to elements and summary', async () => {
    const { id } = (
      await client.post('Patient', patient('View', { gender: 'male', contact: [{ name: { family: 'C' } }] }))
    ).json;
    const pretty = await client.get(`Patient/${id}?_pretty=true`);
    expect(pretty.text).toContain('{\n  "resourceType": "Patient"');
    const elements = (await client.get(`Patient/${id}?_elements=gender`)).json;
    expect(elements).toMatchObject({ gender: 'male', meta: { tag: [{ code: 'SUBSETTED' }] } });
    expect(elements.name).toBeUndefined();
    const summary = (await client.get(`Patient/${id}?_summary=true`)).json;
    expect(summary.name).toBeDefined();
    expect(summary.contact).toBeUndefined();
    expect((await client.get(`Patient/${id}?_summary=nonsense`)).status).toBe(400);
    expect((await client.get(`Patient/${id}?_elements=colour`)).json.issue[0].diagnostics).toContain('colour');
  });
});

describe('what is remembered of requests with an Idempotency-Key', () => {
  it('is forgotten after a day, in every clinic, and not before', async () => {
    const other = await api.client('elsewhere');
    const body = patient('Remembered');
    for (const caller of [client, other]) {
      expect((await caller.post('Patient', body, { 'idempotency-key': 'old' })).status).toBe(201);
      expect((await caller.post('Patient', body, { 'idempotency-key': 'new' })).status).toBe(201);
    }
    const forgotten = await withClient(api.database.url, async (owner) => {
      await owner.query('alter table fhir.idempotent_request no force row level security');
      await owner.query(
        "update fhir.idempotent_request set created_at = now() - interval '25 hours' where key = 'old'",
      );
      await owner.query('alter table fhir.idempotent_request force row level security');
      const { rows } = await owner.query<{ n: string }>("select fhir.forget_idempotent_requests('24 hours') as n");
      return Number(rows[0]!.n);
    });
    expect(forgotten).toBe(2);
    for (const caller of [client, other]) {
      const again = await caller.post('Patient', body, { 'idempotency-key': 'new' });
      expect((await caller.get(`Patient/${again.json.id}/_history`)).json.total).toBe(1);
      expect((await caller.post('Patient', patient('Another'), { 'idempotency-key': 'old' })).status).toBe(201);
    }
  });
});

describe('the API description', () => {
  it('is open, tells of every kind of path, and needs nothing from elsewhere', async () => {
    const page = await fetch(`${api.origin}/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).not.toMatch(/<script|src=|href="http/);
    const document = (await (await fetch(`${api.origin}/docs/openapi.json`)).json()) as {
      paths: Record<string, unknown>;
    };
    expect(Object.keys(document.paths)).toContain('/fhir/R4/{type}/{id}/_history/{versionId}');
  });

  it("is where the server's own address leads", async () => {
    const answer = await fetch(api.origin, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'docs']);
  });

  it('names paths that answer, and methods that they take', async () => {
    const { paths } = (await (await fetch(`${api.origin}/docs/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const { id } = (await client.post('Patient', patient('Described'))).json;
    for (const [template, methods] of Object.entries(paths)) {
      const path = template.replace('{type}', 'Patient').replace('{id}', id).replace('{versionId}', '1');
      for (const method of Object.keys(methods)) {
        const { status } = await client.send(method.toUpperCase(), `${api.origin}${path}`, undefined);
        expect([404, 405, 500], `${method} ${path}`).not.toContain(status);
      }
    }
  });
});

describe('what anyone may read', () => {
  it.each([
    'fhir/R4/metadata',
    'fhir/R4/.well-known/smart-configuration',
    'oauth/.well-known/openid-configuration',
    'docs',
    'health/live',
    'health/ready',
    'health/startup',
    'health',
  ])('%s', async (path) => {
    expect((await fetch(`${api.origin}/${path}`)).status).toBe(200);
  });

  it.each(['Patient', 'Patient/1', '_history', 'Patient/_history', 'anything'])('is not %s', async (path) => {
    const answer = await fetch(`${api.fhirUrl}/${path}`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await answer.json()).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'login' }] });
  });

  it('says truly what the server can do', async () => {
    const statement = (await client.get('metadata')).json;
    const [rest] = statement.rest;
    expect(rest.resource).toHaveLength(146);
    const observation = rest.resource.find(({ type }: { type: string }) => type === 'Observation');
    const values: Record<string, string> = {
      token: 'a',
      string: 'a',
      reference: 'Patient/1',
      date: '2024',
      uri: 'urn:a',
    };
    for (const { name, type } of observation.searchParam as { name: string; type: string }[]) {
      expect((await client.get(`Observation?${name}=${values[type]}`)).status, name).toBe(200);
    }
  });
});
