import type pg from 'pg';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface Measurement {
  readonly medianMs: number;
  readonly minMs: number;
  /** Pages looked at: unlike time it does not depend on who else uses the machine. */
  readonly pages: number;
  readonly rows: number;
  readonly planningMs: number;
  /** Nodes from the root down, with their index or table. */
  readonly plan: string;
  readonly runs: number;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** Binds a transaction to `tenant`, runs `work`, and ends it without a trace. */
export async function asTenant<T>(client: pg.Client, tenant: number, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    await client.query("select set_config('app.tenant_id', $1, true)", [String(tenant)]);
    return await work();
  } finally {
    await client.query('rollback');
  }
}

/** Runs a statement prepared, warm, for `budgetMs` at most, and explains it once. */
export async function measure(
  client: pg.Client,
  tenant: number,
  statement: Statement,
  budgetMs: number,
): Promise<Measurement> {
  const name = `m${statementId++}`;
  const values = [...statement.values];
  return asTenant(client, tenant, async () => {
    const times: number[] = [];
    let rows = 0;
    const end = performance.now() + budgetMs;
    // Six runs let PostgreSQL decide between a plan for these values and one for all.
    while (times.length < 7 || (performance.now() < end && times.length < 500)) {
      const start = performance.now();
      rows = (await client.query({ name, text: statement.text, values })).rows.length;
      times.push(performance.now() - start);
      if (times.length >= 3 && performance.now() > end + 3 * budgetMs) {
        break;
      }
    }
    const { plan, planningMs } = await explain(client, statement);
    times.sort((a, b) => a - b);
    return {
      medianMs: round(times[times.length >> 1]!),
      minMs: round(times[0]!),
      pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
      rows,
      planningMs: round(planningMs),
      plan: describe(plan),
      runs: times.length,
    };
  });
}

let statementId = 0;

async function explain(
  client: pg.Client,
  { text, values }: Statement,
): Promise<{ plan: PlanNode; planningMs: number }> {
  const result = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode; 'Planning Time': number }] }>(
    `explain (analyze, buffers, format json) ${text}`,
    [...values],
  );
  const explained = result.rows[0]!['QUERY PLAN'][0];
  return { plan: explained.Plan, planningMs: explained['Planning Time'] };
}

function describe(node: PlanNode): string {
  const target = node['Index Name'] ?? node['Relation Name'];
  const condition =
    node['Index Cond'] === undefined || node['Index Cond'].includes('tenant_id') ? '' : ' without tenant';
  const children = (node.Plans ?? []).map(describe);
  return `${node['Node Type']}${target === undefined ? '' : ` ${target}`}${condition}${children.length > 0 ? ` (${children.join(', ')})` : ''}`;
}

export function round(value: number): number {
  return Number(value.toPrecision(3));
}
