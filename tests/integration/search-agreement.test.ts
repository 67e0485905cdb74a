import { extractSearchValues, matchesFilters, parseSearch, SearchError } from '@healthcare/fhir';
import { type BootedApi, bootApi, type FhirClient } from '@healthcare/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * Subscriptions are matched in memory, searches in SQL. Both have to mean the same: random resources, random queries,
 * and whoever is found by one has to be found by the other.
 */
interface Stored {
  readonly resourceType: string;
  readonly id: string;
  readonly meta: { readonly lastUpdated: string };
}

let api: BootedApi;
let client: FhirClient;
let stored: readonly Stored[];

const dates = fc.constantFrom(
  '0001',
  '1980',
  '1980-04',
  '1980-04-05',
  '1980-04-05T06:07:08Z',
  '1980-04-05T23:30:00-01:00',
  '1981',
  '2024-02-29',
  '9999',
  '9999-12-31',
);
const names = fc.constantFrom(
  'Müller',
  'MULLER',
  'Mulligan',
  "O'Hara, Jr",
  'Carreño Quiñones',
  'Quiñones',
  'Straße',
  '-',
  '\\',
  '%_',
  '100%',
  'a|b$c',
  'x'.repeat(300),
  '😀'.repeat(200),
  '김철수',
);
const codings = fc.record(
  { system: fc.constantFrom('urn:a', 'urn:b', 'urn:A'), code: fc.constantFrom('x', 'X', 'y', 'a|b', 'ß', 'SS') },
  { requiredKeys: ['code'] },
);
const references = fc.constantFrom(
  'Patient/1',
  'Patient/2',
  'Group/1',
  'Patient/1/_history/2',
  'http://elsewhere.org/fhir/Patient/1',
  'urn:uuid:00000000-0000-4000-8000-000000000001',
  '#inside',
);

const patients = fc.record(
  {
    resourceType: fc.constant('Patient'),
    active: fc.boolean(),
    gender: fc.constantFrom('male', 'female'),
    birthDate: dates.map((date) => date.slice(0, 10)),
    deceasedDateTime: fc.constant('2020'),
    name: fc.array(fc.record({ family: names, given: fc.array(names, { minLength: 1, maxLength: 2 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
    identifier: fc.array(
      fc.record({ system: fc.constantFrom('urn:a', 'urn:A'), value: names }, { requiredKeys: ['value'] }),
      { minLength: 1, maxLength: 2 },
    ),
    telecom: fc.constant([{ system: 'phone', value: '1' }]),
  },
  { requiredKeys: ['resourceType'] },
);
const observations = fc
  .record(
    {
      resourceType: fc.constant('Observation'),
      status: fc.constantFrom('final', 'amended'),
      code: fc.record({ coding: fc.array(codings, { minLength: 1, maxLength: 3 }) }),
      subject: references.filter((reference) => !reference.startsWith('#')).map((reference) => ({ reference })),
      effectiveDateTime: dates,
      effectivePeriod: fc
        .record(
          {
            start: fc.constantFrom('1980', '1980-04-05', '2024-02-29'),
            end: fc.constantFrom('2024-02-29', '2024-12', '9999'),
          },
          { requiredKeys: [] },
        )
        .filter((period) => Object.keys(period).length > 0),
    },
    { requiredKeys: ['resourceType', 'status', 'code'] },
  )
  .map(({ effectivePeriod, ...rest }) =>
    rest.effectiveDateTime === undefined && effectivePeriod !== undefined ? { ...rest, effectivePeriod } : rest,
  );

const escaped = (text: string): string => text.replaceAll(/[\\,|$]/g, '\\$&');
const prefixed = fc
  .tuple(fc.constantFrom('', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'), dates)
  .map((parts) => parts.join(''));
const strings = names.map((name) => escaped(name.slice(0, 256)));
const tokens = fc.oneof(
  codings.map(({ system, code }) => (system === undefined ? escaped(code) : `${system}|${escaped(code)}`)),
  codings.map(({ code }) => `|${escaped(code)}`),
  fc.constant('urn:a|'),
  fc.constant('unheard'),
);

function parameter(
  code: string,
  modifiers: readonly string[],
  value: fc.Arbitrary<string>,
): fc.Arbitrary<[string, string]> {
  const values = fc.array(value, { minLength: 1, maxLength: 3 }).map((all) => all.join(','));
  return fc.oneof(
    fc.tuple(fc.constantFrom(...['', ...modifiers].map((modifier) => code + modifier)), values),
    ...(code.startsWith('_') || code === 'patient'
      ? []
      : [fc.tuple(fc.constant(`${code}:missing`), fc.constantFrom('true', 'false'))]),
  );
}

const ofEvery = [
  parameter('_lastUpdated', [], fc.oneof(prefixed, fc.constantFrom('gt2020', 'ap2026', 'lt9999', 'sa9999', 'ap0001'))),
];
const QUERIES = {
  Patient: fc.oneof(
    ...ofEvery,
    parameter(
      'gender',
      [':not'],
      fc.constantFrom('male', 'FEMALE', 'http://hl7.org/fhir/administrative-gender|male', '|male'),
    ),
    parameter('active', [':not'], fc.constantFrom('true', 'false', '|true')),
    parameter('deceased', [':not'], fc.constantFrom('true', 'false')),
    parameter('family', [':exact', ':contains'], strings),
    parameter('name', [':exact', ':contains'], strings),
    parameter(
      'identifier',
      [':not'],
      fc.oneof(
        strings,
        strings.map((text) => `urn:a|${text}`),
        strings.map((text) => `|${text}`),
      ),
    ),
    parameter('phone', [':not'], fc.constantFrom('1', '|1', 'phone|1', '2')),
    parameter('birthdate', [], prefixed),
  ),
  Observation: fc.oneof(
    ...ofEvery,
    parameter('code', [':not'], tokens),
    parameter('status', [':not'], fc.constantFrom('final', 'amended', 'registered')),
    parameter(
      'subject',
      [':Patient', ':Group'],
      fc.oneof(references, fc.constantFrom('1', '2')).filter((text) => !text.startsWith('#')),
    ),
    parameter(
      'patient',
      [],
      fc.constantFrom('1', 'Patient/2', 'Group/1', 'urn:uuid:00000000-0000-4000-8000-000000000001'),
    ),
    parameter('date', [], prefixed),
  ),
} as const;

beforeAll(async () => {
  api = await bootApi();
  client = await api.client('north');
  const resources = [
    ...fc.sample(patients, { numRuns: 60, seed: 1 }),
    ...fc.sample(observations, { numRuns: 60, seed: 2 }),
  ];
  const bundle = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: resources.map((resource) => ({ resource, request: { method: 'POST', url: resource.resourceType } })),
  };
  const answer = await client.post('', bundle);
  expect(answer.status, answer.text).toBe(200);
  const pages = await Promise.all(['Patient', 'Observation'].map((type) => client.get(`${type}?_count=1000`)));
  stored = pages.flatMap(({ json }) => (json.entry as { resource: Stored }[]).map(({ resource }) => resource));
  expect(stored).toHaveLength(resources.length);
});
afterAll(() => api.stop());

/** Ids of what a query finds, or the status of its refusal. */
async function inDatabase(query: string): Promise<readonly string[] | number> {
  const answer = await client.get(`${query}&_count=1000`);
  const entries = (answer.json.entry ?? []) as { resource: Stored }[];
  return answer.status === 200 ? entries.map(({ resource }) => resource.id).sort() : answer.status;
}

function inMemory(type: string, pairs: readonly [string, string][]): readonly string[] | number {
  const options = { handling: 'strict', baseUrl: client.baseUrl, defaultCount: 1, maxCount: 1 } as const;
  try {
    const { filters } = parseSearch(type, pairs, options);
    return stored
      .filter((resource) => resource.resourceType === type)
      .filter((resource) =>
        matchesFilters(extractSearchValues(resource, { baseUrl: client.baseUrl }), filters, {
          id: resource.id,
          lastUpdatedMs: Date.parse(resource.meta.lastUpdated),
        }),
      )
      .map(({ id }) => id)
      .sort();
  } catch (error) {
    if (error instanceof SearchError) return 400;
    throw error;
  }
}

describe('search in the database and in memory agree', () => {
  it.each(['Patient', 'Observation'] as const)('on %s', { timeout: 60_000 }, async (type) => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(QUERIES[type], { minLength: 1, maxLength: 3 }), async (pairs) => {
        const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
        const ids = await inDatabase(`${type}?${query}`);
        expect(ids).toEqual(inMemory(type, pairs));
        found += typeof ids === 'number' ? 0 : ids.length;
      }),
      { numRuns: 250 },
    );
    expect(found).toBeGreaterThan(250);
  });
});
