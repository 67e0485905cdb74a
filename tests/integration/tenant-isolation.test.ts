import { type BootedApi, bootApi, type FhirAnswer, type FhirClient, withClient } from '@healthcare/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Stands in every resource of the one clinic; the other must never see it. */
const MARK = 'MARK-OF-NORTH';

/** Ids, families, codes and dates that both clinics use, so that a missing condition would mix them. */
const IDS = ['shared-1', 'shared-2', 'shared-3'];
const FAMILIES = ['Okafor', 'Lindqvist', 'Moreau'];
const DATES = ['1970-01-01', '1985-06', '2001'];

interface Person {
  readonly id: string;
  readonly family: string;
  readonly birthDate: string;
  readonly code: string;
}

const person: fc.Arbitrary<Person> = fc.record({
  id: fc.constantFrom(...IDS),
  family: fc.constantFrom(...FAMILIES),
  birthDate: fc.constantFrom(...DATES),
  code: fc.constantFrom('a', 'b'),
});

/** A way by which one clinic could see or change what is another's. */
type Probe = (south: FhirClient, target: Person) => Promise<readonly FhirAnswer[]>;

const reads: Readonly<Record<string, Probe>> = {
  read: async (south, { id }) => [await south.get(`Patient/${id}`)],
  vread: async (south, { id }) => [
    await south.get(`Patient/${id}/_history/1`),
    await south.get(`Patient/${id}/_history/2`),
  ],
  'history of an instance': async (south, { id }) => [await south.get(`Patient/${id}/_history?_count=100`)],
  'history of a type': async (south) => [await south.get('Patient/_history?_count=100')],
  'history of the system': async (south) => [await south.get('_history?_count=100')],
  'search by _id': async (south, { id }) => [await south.get(`Patient?_id=${id}`)],
  'search by string': async (south, { family }) => [
    await south.get(`Patient?family=${family}`),
    await south.get(`Patient?family:exact=${family}`),
    await south.get(`Patient?family:contains=${family.slice(1, 3)}`),
  ],
  'search by token': async (south, { code }) => [
    await south.get(`Observation?code=urn:codes|${code}`),
    await south.get(`Observation?code=${code}&_total=accurate`),
    await south.get('Observation?code:not=zzz'),
    await south.get('Observation?code:missing=false'),
  ],
  'search by reference': async (south, { id }) => [
    await south.get(`Observation?subject=Patient/${id}`),
    await south.get(`Observation?patient=${id}`),
  ],
  'search by date': async (south, { birthDate }) => [
    await south.get(`Patient?birthdate=${birthDate}`),
    await south.get('Patient?birthdate=gt1900'),
    await south.get('Patient?_lastUpdated=gt2000'),
  ],
  'search for everything, sorted and paged': async (south) => [
    await south.get('Patient?_count=100'),
    await south.get('Patient?_sort=-_lastUpdated&_count=100'),
    await south.send('POST', 'Patient/_search', '_count=100', { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  'reads in a batch and a transaction': async (south, { id, family }) => {
    const entry = [
      { request: { method: 'GET', url: `Patient/${id}` } },
      { request: { method: 'GET', url: `Patient?family=${family}` } },
    ];
    return [
      await south.post('', { resourceType: 'Bundle', type: 'batch', entry }),
      await south.post('', { resourceType: 'Bundle', type: 'transaction', entry: entry.slice(1) }),
    ];
  },
};

let api: BootedApi;
let north: FhirClient;
let clinics = 0;

beforeAll(async () => {
  api = await bootApi();
  north = await api.client('north', 'system/*.cruds');
});
afterAll(() => api.stop());

async function store(client: FhirClient, { id, family, birthDate, code }: Person, text: string): Promise<void> {
  const written = await client.post('', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        resource: { resourceType: 'Patient', id, birthDate, name: [{ family, text }] },
        request: { method: 'PUT', url: `Patient/${id}` },
      },
      {
        resource: {
          resourceType: 'Observation',
          status: 'final',
          code: { coding: [{ system: 'urn:codes', code }], text },
          subject: { reference: `Patient/${id}` },
        },
        request: { method: 'POST', url: 'Observation' },
      },
    ],
  });
  expect(written.status).toBe(200);
}

/** A clinic that has nothing yet. */
async function newClinic(): Promise<FhirClient> {
  clinics += 1;
  return api.client(`south-${clinics}`);
}

/** The names of the probes by which `south` saw something of the clinic in the north. */
async function leaksTo(south: FhirClient, target: Person): Promise<string[]> {
  const leaks: string[] = [];
  for (const [name, probe] of Object.entries(reads)) {
    const answers = await probe(south, target);
    for (const answer of answers) {
      expect(answer.status, `${name}: ${answer.text}`).toBeLessThan(500);
    }
    if (answers.some(({ text, headers }) => text.includes(MARK) || JSON.stringify([...headers]).includes(MARK))) {
      leaks.push(name);
    }
  }
  return leaks;
}

describe('clinics', () => {
  it('see nothing of each other, by any way of reading', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(person, { minLength: 1, maxLength: 4 }),
        fc.array(person, { maxLength: 3 }),
        async (there, here) => {
          const south = await newClinic();
          for (const one of there) {
            await store(north, one, MARK);
          }
          for (const one of here) {
            await store(south, one, 'of the south');
          }
          for (const target of there) {
            expect(await leaksTo(south, target)).toEqual([]);
          }
          const total = (await south.get('Patient?_summary=count')).json.total;
          expect(total).toBe(new Set(here.map(({ id }) => id)).size);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('change nothing of each other, by any way of writing', async () => {
    const south = await newClinic();
    const identifier = [{ system: 'urn:shared', value: '1' }];
    const body = { resourceType: 'Patient', identifier, name: [{ text: MARK }] };
    const { id } = (await north.post('Patient', body)).json;
    const mine = { resourceType: 'Patient', identifier, name: [{ text: 'of the south' }] };
    const unchanged = async (): Promise<void> => {
      const read = await north.get(`Patient/${id}`);
      expect(read.status).toBe(200);
      expect(read.json).toMatchObject({ meta: { versionId: '1' }, name: [{ text: MARK }] });
    };

    expect((await south.delete(`Patient/${id}`)).status).toBe(204);
    await unchanged();
    expect((await south.delete('Patient?identifier=urn:shared|1')).status).toBe(204);
    await unchanged();
    expect((await south.put(`Patient/${id}`, { ...mine, id }, { 'if-match': 'W/"1"' })).status).toBe(412);
    await unchanged();
    const sameId = await south.put(`Patient/${id}`, { ...mine, id });
    expect(sameId.status).toBe(201);
    await unchanged();
    expect((await south.delete(`Patient/${id}`)).status).toBe(204);
    await unchanged();
    const once = await south.post('Patient', mine, { 'if-none-exist': 'identifier=urn:shared|1' });
    expect(once.status).toBe(201);
    expect(once.text).not.toContain(MARK);
    await unchanged();
    const upsert = await south.put('Patient?identifier=urn:shared|1', mine);
    expect(upsert.status).toBe(200);
    expect(upsert.json.id).toBe(once.json.id);
    await unchanged();
  });

  it('cannot refer to each other by condition, nor share an Idempotency-Key', async () => {
    const south = await newClinic();
    await north.post('Practitioner', {
      resourceType: 'Practitioner',
      identifier: [{ system: 'urn:npi', value: '77' }],
    });
    const refused = await south.post('', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          resource: {
            resourceType: 'Patient',
            generalPractitioner: [{ reference: 'Practitioner?identifier=urn:npi|77' }],
          },
          request: { method: 'POST', url: 'Patient' },
        },
      ],
    });
    expect(refused.status).toBe(412);
    const key = { 'idempotency-key': 'same-in-both' };
    const there = await north.post('Patient', { resourceType: 'Patient', name: [{ text: MARK }] }, key);
    const here = await south.post('Patient', { resourceType: 'Patient', name: [{ text: 'of the south' }] }, key);
    expect([there.status, here.status]).toEqual([201, 201]);
    expect(here.text).not.toContain(MARK);
  });

  it('stay apart in the database when a statement names no clinic, and with none bound there is nothing', async () => {
    const tables = await tenantTables();
    await withClient(api.database.appUrl, async (app) => {
      for (const table of tables) {
        const { rows } = await app.query<{ n: number }>(`select count(*)::int as n from ${table}`);
        expect(rows, table).toEqual([{ n: 0 }]);
      }
      await app.query("select set_config('app.tenant_id', '2147483647', false)");
      await expect(
        app.query('insert into fhir.reference_entry (tenant_id, parameter, target, key) values (1, 1, 1, 1)'),
      ).rejects.toThrow('row-level security');
    });
  });

  it('would be seen to leak: without the policies every way of reading shows the other clinic', async () => {
    const south = await newClinic();
    const target: Person = { id: 'only-in-the-north', family: 'Okafor', birthDate: '1970-01-01', code: 'a' };
    await store(north, target, MARK);
    await store(north, target, MARK);
    expect(await leaksTo(south, target)).toEqual([]);
    const tables = await tenantTables();
    try {
      await setRowLevelSecurity(tables, 'disable');
      expect((await leaksTo(south, target)).sort()).toEqual(Object.keys(reads).sort());
    } finally {
      await setRowLevelSecurity(tables, 'enable');
    }
    expect(await leaksTo(south, target)).toEqual([]);
  });

  it('are kept apart in every table that has a clinic', async () => {
    const rows = await asOwner<{ name: string; enabled: boolean; forced: boolean; policies: number }>(
      `select format('%I.%I', n.nspname, c.relname) as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
         (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
       where c.relkind = 'r' and n.nspname = 'fhir'`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(7);
    expect(rows.filter(({ enabled, forced, policies }) => !enabled || !forced || policies === 0)).toEqual([]);
  });
});

async function tenantTables(): Promise<string[]> {
  const rows = await asOwner<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_policies where schemaname = 'fhir' order by 1`,
  );
  return rows.map(({ name }) => name);
}

async function setRowLevelSecurity(tables: readonly string[], state: 'enable' | 'disable'): Promise<void> {
  await asOwner(tables.map((table) => `alter table ${table} ${state} row level security`).join('; '));
}

async function asOwner<Row extends Record<string, unknown>>(statement: string): Promise<Row[]> {
  return withClient(api.database.url, async (client) => (await client.query<Row>(statement)).rows);
}
