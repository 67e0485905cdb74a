import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';

export interface Size {
  readonly resources: number;
  readonly tenants: number;
  readonly patientsPerTenant: number;
}

/** Runs `sql/<name>.sql` with the sizes put in; returns seconds. */
export async function runFile(owner: pg.Client, name: string, size: Size): Promise<number> {
  const text = await readFile(join(import.meta.dirname, 'sql', `${name}.sql`), 'utf8');
  const start = performance.now();
  await owner.query(
    text.replaceAll(/(?<!:):(resources|tenants|patientsPerTenant)\b/g, (_, key: keyof Size) => String(size[key])),
  );
  return (performance.now() - start) / 1000;
}

/** The policy as the product has it: one function call, which PostgreSQL puts in line. */
export const POLICY = 'tenant_id = sample.current_tenant()';

/** Settles a freshly filled schema: statistics, visibility for index-only scans, rights and row-level security. */
export async function settle(owner: pg.Client, schema: string, policy = POLICY): Promise<void> {
  await owner.query(`grant usage on schema sample, ${schema} to bench_app`);
  await owner.query(`grant select, insert, update, delete on all tables in schema ${schema} to bench_app`);
  for (const table of await tablesOf(owner, schema)) {
    await owner.query(`vacuum (analyze) ${table}`);
  }
  await setPolicy(owner, schema, policy);
}

export async function setPolicy(owner: pg.Client, schema: string, policy: string): Promise<void> {
  for (const table of await tablesOf(owner, schema)) {
    await owner.query(`alter table ${table} enable row level security;
      alter table ${table} force row level security;
      drop policy if exists tenant on ${table};
      create policy tenant on ${table} using (${policy}) with check (${policy})`);
  }
}

async function tablesOf(owner: pg.Client, schema: string): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = $1`,
    [schema],
  );
  return rows.map(({ name }) => name);
}
