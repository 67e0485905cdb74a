import { type BootedApi, bootApi, type FhirClient } from '@healthcare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let api: BootedApi;
let client: FhirClient;
const ids: Record<string, string> = {};

beforeAll(async () => {
  api = await bootApi();
  client = await api.client('north');
  for (const [name, resource] of Object.entries(RESOURCES)) {
    const created = await client.post(String(resource['resourceType']), resolve(resource));
    expect(created.status, created.text).toBe(201);
    ids[name] = created.json.id;
  }
});
afterAll(() => api.stop());

/** `{{name}}` in a reference stands for the id of what was created before under that name. */
function resolve(resource: Record<string, unknown>): unknown {
  return JSON.parse(JSON.stringify(resource).replace(/\{\{(\w+)\}\}/g, (_, name: string) => ids[name] ?? name));
}

const RESOURCES: Record<string, Record<string, unknown>> = {
  anna: {
    resourceType: 'Patient',
    active: true,
    gender: 'female',
    birthDate: '1980-04-05',
    name: [{ family: 'Müller', given: ['Anna', 'Maria'] }],
    identifier: [{ system: 'urn:mrn', value: 'A-1' }],
    telecom: [{ system: 'phone', value: '+49 30 1234' }],
    address: [{ city: 'Berlin', postalCode: '10115' }],
  },
  ben: {
    resourceType: 'Patient',
    active: false,
    gender: 'male',
    birthDate: '1980-04',
    name: [{ family: 'Mulligan', given: ['Ben'] }],
    identifier: [{ system: 'urn:mrn', value: 'B-2' }, { value: 'A-1' }],
    deceasedBoolean: true,
  },
  cleo: {
    resourceType: 'Patient',
    birthDate: '1999',
    name: [{ family: "O'Hara, Jr" }],
    generalPractitioner: [{ reference: 'Practitioner/p1' }],
  },
  weight: {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: { reference: 'Patient/{{anna}}' },
    effectiveDateTime: '2024-02-29T10:15:00+01:00',
  },
  stay: {
    resourceType: 'Observation',
    status: 'amended',
    code: {
      coding: [
        { system: 'http://loinc.org', code: '8302-2' },
        { system: 'urn:local', code: 'HEIGHT' },
      ],
    },
    subject: { reference: 'Patient/{{ben}}' },
    effectivePeriod: { start: '2024-02-01', end: '2024-03-31' },
  },
  group: {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'no code' },
    subject: { reference: 'Group/{{anna}}' },
    effectivePeriod: { start: '2024-06-01' },
  },
  valueset: { resourceType: 'ValueSet', status: 'active', url: 'http://example.org/vs/one' },
};

/** Names of what a search finds, sorted. */
async function found(query: string): Promise<string[]> {
  const answer = await client.get(query);
  expect(answer.status, answer.text).toBe(200);
  const entries = (answer.json.entry ?? []) as { resource: { id: string }; search: { mode: string } }[];
  const names = Object.entries(ids);
  return entries
    .filter(({ search }) => search.mode === 'match')
    .map(({ resource }) => names.find(([, id]) => id === resource.id)![0])
    .sort();
}

describe('search finds', () => {
  it.each([
    // token
    ['Patient?gender=female', ['anna']],
    ['Patient?gender=female,male', ['anna', 'ben']],
    ['Patient?gender=FEMALE', ['anna']],
    ['Patient?gender:not=female', ['ben', 'cleo']],
    ['Patient?gender:missing=true', ['cleo']],
    ['Patient?gender:missing=false', ['anna', 'ben']],
    ['Patient?active=true', ['anna']],
    ['Patient?deceased=true', ['ben']],
    ['Patient?deceased=false', ['anna', 'cleo']],
    ['Patient?identifier=A-1', ['anna', 'ben']],
    ['Patient?identifier=urn:mrn|A-1', ['anna']],
    ['Patient?identifier=|A-1', ['ben']],
    ['Patient?identifier=urn:mrn|', ['anna', 'ben']],
    ['Patient?identifier=urn:other|A-1', []],
    ['Patient?phone=%2B49%2030%201234', ['anna']],
    ['Observation?code=http://loinc.org|29463-7', ['weight']],
    ['Observation?code=29463-7,8302-2', ['stay', 'weight']],
    ['Observation?code=http://loinc.org|29463-7,urn:local|height', ['stay', 'weight']],
    ['Observation?code=urn:local|29463-7', []],
    // string
    ['Patient?family=mull', ['anna', 'ben']],
    ['Patient?family=MÜLLER', ['anna']],
    ['Patient?family:exact=Müller', ['anna']],
    ['Patient?family:exact=muller', []],
    ['Patient?family:contains=lig', ['ben']],
    ["Patient?family=o'hara\\, jr", ['cleo']],
    ['Patient?name=maria', ['anna']],
    ['Patient?address=berlin', ['anna']],
    ['Patient?name=ann&gender=female', ['anna']],
    ['Patient?name=ann&gender=male', []],
    // reference
    ['Observation?subject=Patient/{{anna}}', ['weight']],
    ['Observation?subject={{anna}}', ['group', 'weight']],
    ['Observation?subject:Patient={{anna}}', ['weight']],
    ['Observation?patient={{anna}}', ['weight']],
    ['Observation?patient=Patient/{{anna}},Patient/{{ben}}', ['stay', 'weight']],
    ['Patient?general-practitioner=Practitioner/p1', ['cleo']],
    // date
    ['Patient?birthdate=1980-04-05', ['anna']],
    ['Patient?birthdate=1980-04', ['anna', 'ben']],
    ['Patient?birthdate=1980', ['anna', 'ben']],
    ['Patient?birthdate=ne1980', ['cleo']],
    ['Patient?birthdate=gt1980', ['cleo']],
    ['Patient?birthdate=lt1999', ['anna', 'ben']],
    ['Patient?birthdate=ge1980-04-05', ['anna', 'ben', 'cleo']],
    ['Patient?birthdate=le1980-04-05', ['anna', 'ben']],
    ['Patient?birthdate=sa1980-04-05', ['cleo']],
    ['Patient?birthdate=eb1980-04-06', ['anna']],
    ['Observation?date=2024-02-29', ['weight']],
    ['Observation?date=2024-02-29T09:15Z', ['weight']],
    ['Observation?date=ge2024-02-01&date=lt2024-03-01', ['stay', 'weight']],
    ['Observation?date=gt2030', ['group']],
    // special and combined
    ['Patient?_id={{anna}},{{ben}}', ['anna', 'ben']],
    ['Patient?_lastUpdated=gt2020-01-01', ['anna', 'ben', 'cleo']],
    ['Patient?_lastUpdated=lt2020-01-01', []],
    ['Observation?_id={{weight}}&code=29463-7', ['weight']],
    ['Observation?code=29463-7&patient={{anna}}&date=2024&status=final', ['weight']],
    ['ValueSet?url=http://example.org/vs/one', ['valueset']],
    ['Patient', ['anna', 'ben', 'cleo']],
  ])('%s', async (query, expected) => {
    expect(await found(encode(query))).toEqual(expected);
  });

  it('the same by POST', async () => {
    const answer = await client.send('POST', 'Patient/_search?gender=female', 'family=m%C3%BCller', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(answer.json.entry).toHaveLength(1);
  });

  it('what an update made, and no longer what it replaced', async () => {
    const { id } = (
      await client.post('Patient', { resourceType: 'Patient', name: [{ family: 'Before' }], gender: 'other' })
    ).json;
    await client.put(`Patient/${id}`, { resourceType: 'Patient', id, name: [{ family: 'After' }], gender: 'other' });
    expect((await client.get('Patient?family=before')).json.entry).toBeUndefined();
    expect((await client.get('Patient?family=after&gender=other')).json.entry).toHaveLength(1);
    await client.delete(`Patient/${id}`);
    expect((await client.get('Patient?family=after')).json.entry).toBeUndefined();
  });
});

/** Names in braces become ids; the rest is escaped as a client would. */
function encode(query: string): string {
  const [path, rest] = query.replace(/\{\{(\w+)\}\}/g, (_, name: string) => ids[name]!).split('?');
  return rest === undefined ? path! : `${path}?${rest.includes('%') ? rest : encodeURI(rest)}`;
}

describe('search refuses', () => {
  it('an unknown parameter, naming those that there are', async () => {
    const answer = await client.get('Patient?famly=x');
    expect(answer.status).toBe(400);
    expect(answer.json.issue[0].diagnostics).toContain('family');
  });

  it('nothing where handling is lenient, and says so in the self link', async () => {
    const answer = await client.get('Patient?famly=x&gender=female', { prefer: 'handling=lenient' });
    expect(answer.status).toBe(200);
    expect(
      answer.json.entry.filter((entry: { search: { mode: string } }) => entry.search.mode === 'match'),
    ).toHaveLength(1);
    expect(answer.json.link[0].url).toContain('gender=female');
    expect(answer.json.link[0].url).not.toContain('famly');
  });

  it.each([
    'Patient?birthdate=2023-02-30',
    'Patient?birthdate=yesterday',
    'Patient?_count=-1',
    'Patient?_count=x',
    'Patient?gender:exact=female',
    'Patient?_cursor=nonsense',
    'Patient?_sort=colour',
    'Patient?name=',
    'Patient?_total=all',
  ])('%s', async (query) => {
    const answer = await client.get(query);
    expect(answer.status, answer.text).toBe(400);
    expect(answer.json.resourceType).toBe('OperationOutcome');
  });
});

describe('pages', () => {
  const TOTAL = 23;
  let everything: string[];

  beforeAll(async () => {
    everything = [];
    for (let n = 0; n < TOTAL; n++) {
      const created = await client.post('Device', { resourceType: 'Device', status: 'active', lotNumber: String(n) });
      everything.push(created.json.id);
    }
  });

  async function walk(query: string, between: (page: number) => Promise<void> = async () => {}): Promise<string[]> {
    const met: string[] = [];
    let next: string | undefined = query;
    for (let page = 0; next !== undefined; page++) {
      const answer = await client.get(next);
      expect(answer.status).toBe(200);
      met.push(...(answer.json.entry ?? []).map((entry: { resource: { id: string } }) => entry.resource.id));
      next = (answer.json.link as { relation: string; url: string }[]).find(({ relation }) => relation === 'next')?.url;
      await between(page);
    }
    return met;
  }

  it.each([
    ['Device?_count=5', true],
    ['Device?_count=5&status=active', true],
    ['Device?_count=5&_sort=_lastUpdated', false],
    ['Device?_count=5&_sort=-_lastUpdated&status=active', true],
    ['Device?_count=23', true],
  ])('of %s hold every match once, in order', async (query, newestFirst) => {
    expect(await walk(query)).toEqual(newestFirst ? [...everything].reverse() : everything);
  });

  it('stay whole while resources come, change and go', async () => {
    const removed = everything[2]!;
    const met = await walk('Device?_count=4&status=active', async (page) => {
      await client.post('Device', { resourceType: 'Device', status: 'active' });
      const changed = everything[page * 3]!;
      await client.put(`Device/${changed}`, {
        resourceType: 'Device',
        id: changed,
        status: 'active',
        lotNumber: 'changed',
      });
      if (page === 1) {
        await client.delete(`Device/${removed}`);
      }
    });
    expect(new Set(met).size).toBe(met.length);
    const throughout = everything.filter((id) => id !== removed);
    expect(met.filter((id) => throughout.includes(id)).sort()).toEqual([...throughout].sort());
  });

  it('say how many there are only as far as asked', async () => {
    expect((await client.get('Patient?_total=accurate&_count=1')).json.total).toBe(3);
    expect((await client.get('Patient?_total=estimate&_count=1')).json.total).toBe(3);
    expect((await client.get('Patient?_total=none&_count=1')).json.total).toBeUndefined();
    const counted = (await client.get('Patient?_summary=count&gender=female')).json;
    expect(counted).toMatchObject({ total: 1 });
    expect(counted.entry).toBeUndefined();
  });
});
