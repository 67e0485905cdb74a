import type pg from 'pg';
import { parameterKey } from './built.ts';
import { measure, type Measurement } from './measure.ts';
import type { Subject } from './queries.ts';

/** Entries that fit one filter, under an alias. */
type Entries = (alias: string) => string;

const entries =
  (table: string, parameter: string, condition: (alias: string) => string): Entries =>
  (alias) =>
    `fhir.${table}_entry ${alias} where ${alias}.parameter = ${parameterKey(parameter)} and ${condition(alias)}`;
const token = (parameter: string, code: string): Entries =>
  entries('token', parameter, (a) => `${a}.code = sample.hash('${code.toLowerCase()}')`);
const present = (parameter: string): Entries => entries('token', parameter, () => 'true');

const driven = (driver: Entries, probe?: Entries): string =>
  `select distinct d.key from ${driver('d')} ${probe === undefined ? '' : `and ${exists(probe, 'd.key')}`} order by d.key desc limit 21`;
const exists = (probe: Entries, key: string): string => `exists (select from ${probe('e')} and e.key = ${key})`;
/** `offset 0` keeps the planner from turning the probe into a join: the filter named first drives whatever it costs. */
const pinned = (driver: Entries, probe: Entries): string =>
  `select distinct d.key from ${driver('d')} and exists (select from ${probe('e')} and e.key = d.key offset 0) order by d.key desc limit 21`;
const intersect = (one: Entries, other: Entries): string =>
  `select a.key from ${one('a')} intersect select b.key from ${other('b')} order by key desc limit 21`;
const joined = (one: Entries, other: Entries): string =>
  `select distinct a.key from (select a.key from ${one('a')}) a join (select b.key from ${other('b')}) b on b.key = a.key
    order by a.key desc limit 21`;
const walked = (condition: string, order = 'r.key desc', columns = 'r.key'): string =>
  `select ${columns} from fhir.resource r where r.type = 'Observation' and r.body is not null and ${condition} order by ${order} limit 21`;

/** Ways to write the same search: which stays fast when filters are common, rare, or common and never together. */
function shapesOf(s: Subject): Readonly<Record<string, string>> {
  const common = token('Observation.code', s.commonCode);
  const second = token('Observation.code', s.secondCode);
  const rare = token('Observation.code', s.rareCode);
  const own = token('Observation.category', s.commonCategory);
  const other = token('Observation.category', s.otherCategory);
  const patient = entries('reference', 'Observation.subject', (a) => `${a}.target = sample.hash('${s.patient}')`);
  const date = (condition: (alias: string) => string): Entries => entries('date', 'Observation.date', condition);
  const afterMonthStart = date((a) => `${a}.high > ${s.monthStart}`);
  const beforeMonthEnd = date((a) => `${a}.low < ${s.monthEnd}`);
  const old = `r.last_updated < '${s.updatedTo}'`;
  return {
    'never together: exists': driven(common, other),
    'never together: exists, larger first': driven(other, common),
    'never together: pinned': pinned(common, other),
    'never together: pinned, larger first': pinned(other, common),
    'never together: intersect': intersect(common, other),
    'never together: join': joined(common, other),
    'common and rare: exists, common first': driven(other, rare),
    'common and rare: pinned, common first': pinned(other, rare),
    'common and rare: intersect': intersect(other, rare),
    'always together: exists': driven(common, own),
    'always together: pinned': pinned(common, own),
    'always together: intersect': intersect(common, own),
    'code and patient: exists, code first': driven(common, patient),
    'code and patient: pinned, code first': pinned(common, patient),
    'two codes: = any': driven(
      entries(
        'token',
        'Observation.code',
        (a) => `${a}.code = any(array[${[s.commonCode, s.secondCode].map((code) => `sample.hash('${code}')`).join()}])`,
      ),
    ),
    'two codes: union all': `select distinct d.key from (select a.key from ${common('a')} union all select b.key from ${second('b')}) d
      order by d.key desc limit 21`,
    'code:not, common': walked(`not ${exists(common, 'r.key')}`),
    'code:missing=true, none: keys only': walked(`not ${exists(present('Observation.code'), 'r.key')}`),
    'code:missing=true, none: with bodies': walked(
      `not ${exists(present('Observation.code'), 'r.key')}`,
      'r.key desc',
      'r.body',
    ),
    '_lastUpdated=lt, old: order by key': walked(old),
    '_lastUpdated=lt, old: order by last_updated': walked(old, 'r.last_updated desc, r.key desc'),
    'date of a month, ge and lt: two filters': driven(afterMonthStart, beforeMonthEnd),
    'date of a month, ge and lt: one range': driven(
      date((a) => `${a}.low >= ${s.monthStart} and ${a}.low < ${s.monthEnd}`),
    ),
    'date ge, a week': driven(date((a) => `${a}.high > ${Date.parse('2025-12-20')}`)),
    'date ge, nearly all': driven(date((a) => `${a}.high > ${Date.parse('2016-02-01')}`)),
    'patient and date ge': driven(patient, afterMonthStart),
    'patient and code by date': `select m.key, s.low from (select d.key from ${patient('d')} and ${exists(common, 'd.key')}) m
      join fhir.date_entry s on s.parameter = ${parameterKey('Observation.date')} and s.key = m.key
      order by s.low desc, s.key desc limit 21`,
  };
}

/** What the indexes are for: names as in the product's migrations. */
const INDEXES = {
  date_entry_key: 'on fhir.date_entry (tenant_id, parameter, key, low, high)',
};

/** Every shape, without and with the index that was added for them; leaves it in place. */
export async function compareShapes(
  owner: pg.Client,
  app: pg.Client,
  subject: Subject,
  budgetMs: number,
): Promise<Record<string, { readonly without: Measurement; readonly with: Measurement }>> {
  const shapes = Object.entries(shapesOf(subject));
  const run = async (): Promise<Measurement[]> => {
    await owner.query('vacuum (analyze) fhir.resource, fhir.date_entry');
    const measured: Measurement[] = [];
    for (const [, text] of shapes) {
      measured.push(await measure(app, subject.tenant, { text, values: [] }, budgetMs));
    }
    return measured;
  };
  for (const name of Object.keys(INDEXES)) {
    await owner.query(`drop index if exists fhir.${name}`);
  }
  const without = await run();
  for (const [name, definition] of Object.entries(INDEXES)) {
    await owner.query(`create index ${name} ${definition}`);
  }
  const withIndexes = await run();
  return Object.fromEntries(
    shapes.map(([name], index) => [name, { without: without[index]!, with: withIndexes[index]! }]),
  );
}
