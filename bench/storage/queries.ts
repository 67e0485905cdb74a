import type pg from 'pg';
import type { Statement } from './measure.ts';

/** What a query asks for, the same for every candidate; hashes as PostgreSQL computes them for the sample. */
export interface Subject {
  readonly tenant: number;
  readonly rareCode: string;
  readonly commonCode: string;
  /** The category of the common code. */
  readonly commonCategory: string;
  /** Common too, and never together with the common code. */
  readonly otherCategory: string;
  /** A second code, about half as common. */
  readonly secondCode: string;
  readonly patient: string;
  readonly monthStart: number;
  readonly monthEnd: number;
  readonly updatedFrom: string;
  readonly updatedTo: string;
  readonly family: string;
  readonly observation: string;
  /** Key of the last row of page 49 of the common code. */
  readonly deepKey: string;
}

export const QUERY_NAMES = [
  'rare token',
  'common token, newest 20',
  'patient + code, newest first',
  'patient + code, by date descending',
  'two common filters, nothing in common',
  'date: one month, ge and lt',
  'date: one month, eq',
  'patient + date ge',
  'common token, page 50',
  '_lastUpdated range, newest first',
  'common token by _lastUpdated',
  'rare token by _lastUpdated',
  'string prefix',
  'count of a common token',
  'count of one month',
  'chain: subject with a family name',
  '_has: patients with a rare code',
  '_sort by date, common token',
] as const;
export type QueryName = (typeof QUERY_NAMES)[number];
/** A query is missing where a candidate has no other statement for it than for another one. */
export type Queries = Readonly<Partial<Record<QueryName, Statement>>>;

/** Chooses what to ask for in the tenant that has the rare code. */
export async function chooseSubject(owner: pg.Client): Promise<Subject> {
  const { rows } = await owner.query<Subject>(`
    with t as (select tenant_id, loinc as rare from sample.observation where key = 77),
      codes as (select loinc, min(category) as category, count(*) n, row_number() over (order by count(*) desc) r
        from sample.observation join t using (tenant_id) group by loinc),
      common as (select * from codes where r = 1),
      patient as (select subject, count(*) from sample.observation join t using (tenant_id)
        where loinc = (select loinc from common) group by subject order by 2 desc, 1 limit 1)
    select t.tenant_id as tenant, t.rare as "rareCode", common.loinc as "commonCode", common.category as "commonCategory",
      (select category from sample.observation o join t using (tenant_id)
        where category <> common.category group by category order by count(*) desc limit 1) as "otherCategory",
      (select loinc from codes where r = 2) as "secondCode",
      patient.subject as patient,
      (extract(epoch from timestamptz '2021-03-01') * 1000)::float8 as "monthStart",
      (extract(epoch from timestamptz '2021-04-01') * 1000)::float8 as "monthEnd",
      (select to_json(min(last_updated) + (max(last_updated) - min(last_updated)) * 0.05) #>> '{}' from sample.observation) as "updatedFrom",
      (select to_json(min(last_updated) + (max(last_updated) - min(last_updated)) * 0.06) #>> '{}' from sample.observation) as "updatedTo",
      (select left(family, 4) from sample.patient join t using (tenant_id) order by key limit 1) as family,
      (select id from sample.observation join t using (tenant_id) order by key offset 5 limit 1) as observation,
      coalesce((select key from sample.observation o join t using (tenant_id) where o.loinc = common.loinc
        order by key desc offset 979 limit 1), 0)::text as "deepKey"
    from t, common, patient`);
  return rows[0]!;
}
