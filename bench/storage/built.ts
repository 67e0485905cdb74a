import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import type { Candidate } from './candidates.ts';
import type { Statement } from './measure.ts';
import type { Queries, Subject } from './queries.ts';
import {
  BASE_URL,
  compileCount,
  compilePage,
  extractSearchValues,
  migrateDatabase,
  parseSearch,
  SearchEntries,
  supportedSearchParameters,
} from './product.ts';

const KEYS = new Map<string, number>(
  ['Observation', 'Patient'].flatMap((type) =>
    supportedSearchParameters(type).map(({ code, key }) => [`${type}.${code}`, key] as const),
  ),
);

/** The key of a search parameter, by `Type.code`. */
export function parameterKey(name: string): number {
  const key = KEYS.get(name);
  if (key === undefined) {
    throw new Error(`There is no search parameter ${name}.`);
  }
  return key;
}

/** Applies the product's migrations and fills its tables by `sql/built.sql`, where `{Type.code}` is a parameter's key. */
export async function loadBuilt(owner: pg.Client, ownerUrl: string): Promise<number> {
  await migrateDatabase({ connectionString: ownerUrl, log: console.log });
  await owner.query('grant healthcare_app to bench_app');
  await owner.query('truncate fhir.resource, fhir.resource_history, fhir.token_entry, fhir.string_entry');
  await owner.query('truncate fhir.reference_entry, fhir.date_entry');
  const text = await readFile(join(import.meta.dirname, 'sql', 'built.sql'), 'utf8');
  const start = performance.now();
  await owner.query(text.replaceAll(/\{(\w+\.[\w-]+)\}/g, (_, name: string) => String(parameterKey(name))));
  const seconds = (performance.now() - start) / 1000;
  for (const table of ['resource', 'token_entry', 'string_entry', 'reference_entry', 'date_entry']) {
    await owner.query(`vacuum (analyze) fhir.${table}`);
  }
  await verifyEntries(owner);
  return seconds;
}

/** The SQL that fills the tables must write what the product would have written. */
async function verifyEntries(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ key: string; tenant_id: number; body: string }>(
    `(select key, tenant_id, body from fhir.resource where type = 'Observation' order by key limit 20)
     union all (select key, tenant_id, body from fhir.resource where type = 'Patient' order by key limit 20)`,
  );
  const keys = rows.map(({ key }) => key);
  for (const [table, columns] of ENTRY_COLUMNS) {
    const expected = rows.flatMap(({ key, tenant_id: tenant, body }) => {
      const entries = SearchEntries.of(extractSearchValues(JSON.parse(body), { baseUrl: BASE_URL }));
      return [...entries.rows(table)].map((row) => [tenant, key, ...row].join('|'));
    });
    const found = await owner.query<{ row: string }>(
      `select concat_ws('|', tenant_id, key, ${columns}) as row from fhir.${table}_entry where key = any($1)`,
      [keys],
    );
    const actual = found.rows.map(({ row }) => row).toSorted();
    if (expected.length === 0 || JSON.stringify(actual) !== JSON.stringify(expected.toSorted())) {
      throw new Error(`fhir.${table}_entry: the generator writes ${String(actual)}; the product ${String(expected)}`);
    }
  }
}

const ENTRY_COLUMNS = [
  ['token', 'parameter, code, system'],
  ['string', 'parameter, value, exact'],
  ['reference', 'parameter, target'],
  ['date', 'parameter, low, high'],
] as const;

/** C1: the statements are those that the product compiles from the query string. */
export const built: Candidate = {
  name: 'C1 built',
  schema: 'fhir',
  queries: (s) => {
    const code = `Observation?code=${s.commonCode}`;
    const month = 'date=ge2021-03-01&date=lt2021-04-01';
    const deep = BigInt(s.deepKey);
    return {
      'rare token': page(`Observation?code=${s.rareCode}`),
      'common token, newest 20': page(code),
      'patient + code, newest first': page(`Observation?patient=${s.patient}&code=${s.commonCode}`),
      'two common filters, nothing in common': page(`${code}&category=${s.otherCategory}`),
      'date: one month, ge and lt': page(`Observation?${month}`),
      'date: one month, eq': page('Observation?date=2021-03'),
      'patient + date ge': page(`Observation?patient=${s.patient}&date=ge2021-03-01`),
      'common token, page 50': page(code, deep),
      '_lastUpdated range, newest first': page(
        `Observation?_lastUpdated=ge${s.updatedFrom}&_lastUpdated=lt${s.updatedTo}&_sort=-_lastUpdated`,
      ),
      'common token by _lastUpdated': page(`${code}&_sort=-_lastUpdated`),
      'rare token by _lastUpdated': page(`Observation?code=${s.rareCode}&_sort=-_lastUpdated`),
      'string prefix': page(`Patient?family=${s.family}`),
      'count of a common token': count(code),
      'count of one month': count(`Observation?${month}`),
      ...laterQueries(s),
    };
  },
};

/** Searches that the product does not offer yet, written by hand: whether the tables carry them. */
function laterQueries(s: Subject): Queries {
  const page = (keys: string, type: string): string => `select r.id, r.version, r.body from (${keys}) matched
    join fhir.resource r on r.type = '${type}' and r.body is not null and r.key = matched.key order by r.key desc`;
  const subject = `e.parameter = ${parameterKey('Observation.subject')}`;
  const code = `c.parameter = ${parameterKey('Observation.code')} and c.code = sample.hash($1)`;
  return {
    'chain: subject with a family name': {
      text: page(
        `select distinct e.key from fhir.string_entry f
           join fhir.resource p on p.type = 'Patient' and p.key = f.key and p.body is not null
           join fhir.reference_entry e on ${subject} and e.target = p.target
         where f.parameter = ${parameterKey('Patient.family')} and f.value >= $1 and f.value < $1 || U&'\\+10FFFF'
         order by e.key desc limit 21`,
        'Observation',
      ),
      values: [s.family],
    },
    '_has: patients with a rare code': {
      text: page(
        `select p.key from fhir.resource p where p.type = 'Patient' and p.body is not null
           and p.target in (select e.target from fhir.token_entry c
             join fhir.reference_entry e on ${subject} and e.key = c.key where ${code})
         order by p.key desc limit 21`,
        'Patient',
      ),
      values: [s.rareCode],
    },
    '_sort by date, common token': {
      text: `select r.id, r.version, r.body from (
          select c.key, max(s.low) as low from fhir.token_entry c
          join fhir.date_entry s on s.parameter = ${parameterKey('Observation.date')} and s.key = c.key
          where ${code} group by c.key order by 2 desc, 1 desc limit 21
        ) matched join fhir.resource r on r.type = 'Observation' and r.body is not null and r.key = matched.key
        order by matched.low desc, r.key desc`,
      values: [s.commonCode],
    },
  };
}

function parse(path: string): ReturnType<typeof parseSearch> {
  const [type, text] = path.split('?') as [string, string];
  const options = { handling: 'strict', defaultCount: 20, maxCount: 1000, nowMs: Date.UTC(2026, 0, 1) } as const;
  return parseSearch(type, [...new URLSearchParams(text)], options);
}

/** One more than the page, as the product asks to see whether there is a next. */
function page(path: string, afterKey?: bigint): Statement {
  const { sql, parameters } = compilePage(parse(path), afterKey === undefined ? undefined : [afterKey], 21);
  return { text: sql, values: parameters };
}

function count(path: string): Statement {
  const { sql, parameters } = compileCount(parse(path), 2_147_483_647);
  return { text: sql, values: parameters };
}
