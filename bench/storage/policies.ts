import type pg from 'pg';
import { POLICY, setPolicy } from './load.ts';
import { measure, type Measurement } from './measure.ts';
import type { Subject } from './queries.ts';

const FORMS = {
  'function in line: current_tenant()': POLICY,
  "bare: current_setting('app.tenant_id')::int": "tenant_id = current_setting('app.tenant_id')::int",
  'sub-select: (select current_setting(…)::int)': "tenant_id = (select current_setting('app.tenant_id')::int)",
  'function that is not inlined (plpgsql)': 'tenant_id = sample.current_tenant_opaque()',
};

const STATEMENTS = {
  'read by id': (s: Subject) => ({
    text: "select body from shared.resource where type = 'Observation' and id = $1",
    values: [s.observation],
  }),
  'two tokens without a common resource (5 % to 60 % of the tenant each)': (s: Subject) => ({
    text: `select distinct d.key from shared.token_entry d where d.parameter = 1 and d.code = sample.hash($1)
      and exists (select from shared.token_entry e where e.parameter = 3 and e.code = sample.hash($2) and e.key = d.key)
      order by d.key desc limit 20`,
    values: [s.commonCode, s.otherCategory],
  }),
  'common token with patient, 100 probes': (s: Subject) => ({
    text: `select distinct d.key from shared.reference_entry d where d.parameter = 11 and d.target = sample.hash($1)
      and exists (select from shared.token_entry e where e.parameter = 1 and e.code = sample.hash($2) and e.key = d.key)
      order by d.key desc limit 200`,
    values: [s.patient, s.commonCode],
  }),
};

/** What the form of the policy's condition does to plans; leaves the product's form behind. */
export async function comparePolicies(
  owner: pg.Client,
  app: pg.Client,
  subject: Subject,
  budgetMs: number,
): Promise<Record<string, Record<string, Measurement>>> {
  await owner.query(`create or replace function sample.current_tenant_opaque() returns int language plpgsql stable parallel safe
    as $$ begin return nullif(current_setting('app.tenant_id', true), '')::int; end $$`);
  const results: Record<string, Record<string, Measurement>> = {};
  for (const [form, policy] of Object.entries(FORMS)) {
    await setPolicy(owner, 'shared', policy);
    const measured: Record<string, Measurement> = {};
    for (const [name, statement] of Object.entries(STATEMENTS)) {
      measured[name] = await measure(app, subject.tenant, statement(subject), budgetMs);
    }
    results[form] = measured;
  }
  await setPolicy(owner, 'shared', POLICY);
  return results;
}
