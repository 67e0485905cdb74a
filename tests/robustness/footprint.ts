import { withClient } from '@healthcare/testkit';

/** Table of the schema `fhir` → rows, of all clinics together. */
export type RowCounts = Readonly<Record<string, number>>;

/**
 * Counts the rows that the application sees, clinic by clinic: the owner of the tables sees none, since row-level
 * security is forced on them, and a count that is always 0 would never change.
 *
 * @param appUrl connects as `healthcare_app`
 */
export async function countRows(appUrl: string): Promise<RowCounts> {
  return withClient(appUrl, async (client) => {
    const tables = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'fhir' order by 1`,
    );
    const tenants = await client.query<{ id: number }>('select id from platform.tenant');
    const counts: Record<string, number> = {};
    for (const { id } of tenants.rows) {
      await client.query(`select set_config('app.tenant_id', $1, false)`, [String(id)]);
      for (const { name } of tables.rows) {
        const { rows } = await client.query<{ count: string }>(`select count(*) from fhir.${name}`);
        counts[name] = (counts[name] ?? 0) + Number(rows[0]?.count);
      }
    }
    return counts;
  });
}

/** Memory of a process after a garbage collection, in bytes. */
export interface Memory {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
}

const marker = 'memory-probe ';

/**
 * Asks a process with `memory-probe.mjs` for its memory.
 *
 * @param lines its log, which grows
 */
export async function measureMemory(pid: number, lines: readonly string[]): Promise<Memory> {
  const from = lines.length;
  process.kill(pid, 'SIGUSR2');
  const deadline = Date.now() + 5_000;
  for (;;) {
    const line = lines.slice(from).find((text) => text.startsWith(marker));
    if (line !== undefined) {
      return JSON.parse(line.slice(marker.length)) as Memory;
    }
    if (Date.now() > deadline) {
      throw new Error('the process does not answer to the memory probe');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
