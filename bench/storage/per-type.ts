import type pg from 'pg';
import { built, parameterKey } from './built.ts';
import { setPolicy } from './load.ts';
import { measure, type Measurement } from './measure.ts';
import type { Subject } from './queries.ts';

/** C2 with rows: the Observations of C1 in tables of their own, to see whether one type's queries gain by it. */
export async function comparePerType(
  owner: pg.Client,
  app: pg.Client,
  subject: Subject,
  budgetMs: number,
): Promise<{ shared: Measurement; perType: Measurement }> {
  await owner.query(`drop schema if exists per_type cascade; create schema per_type;
    create table per_type.resource (like fhir.resource including all);
    create table per_type.token_entry (like fhir.token_entry including all)`);
  await owner.query(
    "insert into per_type.resource select * from fhir.resource where type = 'Observation' order by key",
  );
  await owner.query(
    'insert into per_type.token_entry select * from fhir.token_entry where parameter <> $1 order by key',
    [parameterKey('Patient.deceased')],
  );
  await owner.query(
    'grant usage on schema per_type to bench_app; grant select on all tables in schema per_type to bench_app',
  );
  await setPolicy(owner, 'per_type', 'tenant_id = platform.current_tenant()');
  await owner.query('vacuum (analyze) per_type.resource, per_type.token_entry');
  const statement = built.queries(subject)['common token, newest 20']!;
  const perType = { ...statement, text: statement.text.replaceAll('fhir.', 'per_type.') };
  const result = {
    shared: await measure(app, subject.tenant, statement, budgetMs),
    perType: await measure(app, subject.tenant, perType, budgetMs),
  };
  await owner.query('drop schema per_type cascade');
  return result;
}
