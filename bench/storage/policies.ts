import type pg from 'pg';
import { parameterKey } from './built.ts';
import { measure, type Measurement, type Statement } from './measure.ts';
import type { Subject } from './queries.ts';

const FORMS = {
  'current_tenant(), in line': 'tenant_id = platform.current_tenant()',
  'current_setting()::int, bare': "tenant_id = current_setting('app.tenant_id')::int",
  '(select current_tenant())': 'tenant_id = (select platform.current_tenant())',
  'plpgsql function, not in line': 'tenant_id = sample.current_tenant_opaque()',
};

const TABLES = ['resource', 'token_entry', 'string_entry', 'reference_entry', 'date_entry'];

/** One index row, a hundred probes, and two long walks that are merged. */
function statements(s: Subject): Readonly<Record<string, Statement>> {
  const code = parameterKey('Observation.code');
  return {
    'read by id': {
      text: "select body from fhir.resource where type = 'Observation' and id = $1",
      values: [s.observation],
    },
    'patient with a probe for each of 100': {
      text: `select d.key from fhir.reference_entry d where d.parameter = ${parameterKey('Observation.subject')} and d.target = sample.hash($1)
        and exists (select from fhir.token_entry e where e.parameter = ${code} and e.code = sample.hash($2) and e.key = d.key offset 0)`,
      values: [s.patient, s.commonCode],
    },
    'two common tokens, never together': {
      text: `select distinct d.key from fhir.token_entry d where d.parameter = ${code} and d.code = sample.hash($1)
        and exists (select from fhir.token_entry e where e.parameter = ${parameterKey('Observation.category')}
          and e.code = sample.hash($2) and e.key = d.key) order by d.key desc limit 21`,
      values: [s.commonCode, s.otherCategory],
    },
  };
}

/** What the form of the policy does to plans and cost; leaves that of the product behind. */
export async function comparePolicies(
  owner: pg.Client,
  app: pg.Client,
  subject: Subject,
  budgetMs: number,
): Promise<Record<string, Record<string, Measurement>>> {
  await owner.query(`create or replace function sample.current_tenant_opaque() returns int language plpgsql stable parallel safe
    as $$ begin return nullif(current_setting('app.tenant_id', true), '')::int; end $$;
    grant execute on function sample.current_tenant_opaque to bench_app`);
  return withPolicy(owner, async () => {
    const results: Record<string, Record<string, Measurement>> = {};
    for (const [form, condition] of Object.entries(FORMS)) {
      await setPolicy(owner, condition);
      const measured: Record<string, Measurement> = {};
      for (const [name, statement] of Object.entries(statements(subject))) {
        measured[name] = await measure(app, subject.tenant, statement, budgetMs);
      }
      results[form] = measured;
    }
    return results;
  });
}

export async function setPolicy(owner: pg.Client, condition: string): Promise<void> {
  for (const table of TABLES) {
    await owner.query(`alter policy tenant_isolation on fhir.${table} using (${condition})`);
  }
}

/** Puts the condition that was there before `work` back behind it. */
export async function withPolicy<T>(owner: pg.Client, work: () => Promise<T>): Promise<T> {
  const { rows } = await owner.query<{ condition: string }>(
    `select qual as condition from pg_policies
     where schemaname = 'fhir' and tablename = 'resource' and policyname = 'tenant_isolation'`,
  );
  try {
    return await work();
  } finally {
    await setPolicy(owner, rows[0]!.condition);
  }
}
