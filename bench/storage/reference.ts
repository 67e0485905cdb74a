import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { measure, type Measurement, round } from './measure.ts';
import type { Subject } from './queries.ts';

/** What the machine can do: the same rows without search, entries, row-level security, history or a transaction's frame. */
export interface Reference {
  /** 21 Observations whose keys are known. */
  readonly page: Measurement;
  readonly insertMs: number;
  readonly batchOf300Ms: number;
  readonly walBytes: number;
}

/** @param owner Passes by row-level security. */
export async function measureReference(owner: pg.Client, subject: Subject, budgetMs: number): Promise<Reference> {
  const { rows } = await owner.query<{ key: string; body: string }>(
    `select key, body from sample.observation where tenant_id = $1 and loinc = $2 order by key desc limit 21`,
    [subject.tenant, subject.commonCode],
  );
  const page = await measure(
    owner,
    subject.tenant,
    {
      text: `select r.id, r.version, r.body from fhir.resource r
        where r.tenant_id = $1 and r.type = 'Observation' and r.key = any($2::int8[]) and r.body is not null`,
      values: [subject.tenant, rows.map(({ key }) => key)],
    },
    budgetMs,
  );
  await owner.query(`drop table if exists sample.plain;
    create table sample.plain (tenant_id int, id text collate "C", body text, primary key (tenant_id, id))`);
  const body = rows[0]!.body;
  const single = await timesOf(budgetMs, () =>
    owner.query({
      name: 'plain insert',
      text: 'insert into sample.plain values ($1, $2, $3)',
      values: [subject.tenant, randomUUID(), body],
    }),
  );
  const before = await walPosition(owner);
  const batch = await timesOf(budgetMs, () =>
    owner.query({
      name: 'plain batch',
      text: 'insert into sample.plain select $1, id, $3 from unnest($2::text[]) id',
      values: [subject.tenant, Array.from({ length: 300 }, () => randomUUID()), body],
    }),
  );
  const walBytes = Math.round(((await walPosition(owner)) - before) / (batch.length * 300));
  return { page, insertMs: median(single), batchOf300Ms: median(batch), walBytes };
}

async function timesOf(budgetMs: number, work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + budgetMs;
  do {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  } while (performance.now() < end);
  return times;
}

function median(times: readonly number[]): number {
  return round(times.toSorted((a, b) => a - b)[times.length >> 1]!);
}

/** Bytes of write-ahead log since the cluster was made. */
export async function walPosition(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ bytes: number }>(
    "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes",
  );
  return rows[0]!.bytes;
}
