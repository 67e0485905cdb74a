import type pg from 'pg';
import { built, parameterKey } from './built.ts';
import { measure, type Measurement, type Statement } from './measure.ts';
import { setPolicy, withPolicy } from './policies.ts';
import type { Subject } from './queries.ts';

const FRESH = 1_000_000;
const LIMIT_MS = 5000;
const TABLES = ['resource', 'token_entry', 'string_entry', 'reference_entry', 'date_entry'];

const FORMS = {
  'current_tenant(), in line': 'tenant_id = platform.current_tenant()',
  '(select current_tenant())': 'tenant_id = (select platform.current_tenant())',
};

type Outcome = Measurement | `cancelled after ${number} ms`;

/**
 * The searches of the product in a clinic that was filled after the tables were last analysed, so that the planner's
 * statistics have never heard of it; a copy of the subject's clinic, which goes when it is done.
 */
export async function compareFreshTenant(
  owner: pg.Client,
  app: pg.Client,
  subject: Subject,
  budgetMs: number,
): Promise<Record<string, Record<string, Outcome>>> {
  const statements = { ...built.queries(subject), ...readById(subject), ...localCodes() };
  await app.query(`set statement_timeout = ${LIMIT_MS}`);
  try {
    await copy(owner, subject.tenant);
    return await withPolicy(owner, async () => {
      const results: Record<string, Record<string, Outcome>> = {};
      for (const [form, condition] of Object.entries(FORMS)) {
        await setPolicy(owner, condition);
        const outcomes: Record<string, Outcome> = {};
        for (const [name, statement] of Object.entries(statements)) {
          outcomes[name] = await measureWithin(app, statement, budgetMs);
        }
        results[form] = outcomes;
      }
      return results;
    });
  } finally {
    await app.query('reset statement_timeout');
    await remove(owner);
  }
}

async function measureWithin(app: pg.Client, statement: Statement, budgetMs: number): Promise<Outcome> {
  try {
    return await measure(app, FRESH, statement, budgetMs);
  } catch (error) {
    if ((error as { code?: string }).code === '57014') {
      return `cancelled after ${LIMIT_MS} ms`;
    }
    throw error;
  }
}

function readById(subject: Subject): Record<string, Statement> {
  const text = 'select body from fhir.resource where type = $1 and id = $2';
  return { 'read by id': { text, values: ['Observation', subject.observation] } };
}

/** Two codes of the clinic's own, a third of its Observations each, never together. */
const LOCAL_CODES = { 'Observation.code': 1, 'Observation.category': 2 };

function localCodes(): Record<string, Statement> {
  const entries = Object.entries(LOCAL_CODES).map(
    ([parameter, code]) =>
      (alias: string) =>
        `fhir.token_entry ${alias} where ${alias}.parameter = ${parameterKey(parameter)} and ${alias}.code = ${code}`,
  );
  const statement = (end: string): Statement => ({
    text: `select distinct d.key from ${entries[0]!('d')} and exists (select from ${entries[1]!('e')} and e.key = d.key ${end})
      order by d.key desc limit 21`,
    values: [],
  });
  return {
    'two local codes, never together: exists': statement(''),
    'two local codes, never together: pinned': statement('offset 0'),
  };
}

async function copy(owner: pg.Client, tenant: number): Promise<void> {
  await remove(owner);
  for (const table of TABLES) {
    await owner.query(`alter table fhir.${table} set (autovacuum_enabled = false)`);
    const { rows } = await owner.query<{ columns: string }>(
      `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped and attname <> 'tenant_id'`,
      [`fhir.${table}`],
    );
    const { columns } = rows[0]!;
    await owner.query(
      `insert into fhir.${table} (tenant_id, ${columns}) select ${FRESH}, ${columns} from fhir.${table} where tenant_id = $1`,
      [tenant],
    );
  }
  for (const [parameter, code] of Object.entries(LOCAL_CODES)) {
    await owner.query(
      `insert into fhir.token_entry (tenant_id, parameter, code, system, key)
       select ${FRESH}, ${parameterKey(parameter)}, $1, 1, key from
         (select key, row_number() over (order by key) as n from fhir.resource where tenant_id = $2 and type = 'Observation') r
       where n % 3 = $1`,
      [code, tenant],
    );
  }
}

async function remove(owner: pg.Client): Promise<void> {
  for (const table of TABLES) {
    await owner.query(`delete from fhir.${table} where tenant_id = ${FRESH}`);
    await owner.query(`alter table fhir.${table} reset (autovacuum_enabled)`);
  }
}
