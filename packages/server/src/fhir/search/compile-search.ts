import type { SearchFilter, SearchQuery } from '@healthcare/fhir';
import { type CompiledQuery, sql } from 'kysely';
import { createSqlBuilder } from '../../platform/database/index.js';
import { anyOf, compileEntryFilter, type EntryCondition, type Sql } from './compile-filter.js';
import type { Cursor } from '../cursor.js';
import type { VersionRow } from '../storage/index.js';

const builder = createSqlBuilder<object>();

/**
 * One page of matches: newest first by creation, or as sorted.
 *
 * Shape: the filter that usually leaves the fewest drives, over an index that is already in the order of keys; the
 * other filters are probes of one index row each. Row-level security adds the tenant to every table.
 *
 * @param cursor Where the page before ended: `[key]`, or `[last updated in ms, key]` where `_sort` is given.
 * @param limit Rows at most; ask for one more than the page to see whether there is a next.
 */
export function compilePage(query: SearchQuery, cursor: Cursor | undefined, limit: number): CompiledQuery<VersionRow> {
  const { driver, probes, own } = divide(query.filters);
  const columns = sql`r.type, r.id, r.key, r.version, r.last_updated, r.method, r.body`;
  const rows = sql`r.type = ${query.resourceType} and r.body is not null`;
  if (query.sort !== undefined) {
    const direction = query.sort.descending ? sql`desc` : sql`asc`;
    const after = query.sort.descending ? sql`<` : sql`>`;
    const position =
      cursor === undefined
        ? []
        : [
            sql`(r.last_updated, r.key) ${after} (${new Date(Number(cursor[0])).toISOString()}::timestamptz, ${cursor[1]}::int8)`,
          ];
    return sql<VersionRow>`select ${columns} from fhir.resource r where ${all([rows, ...own, ...position, ...probesOf([...driverAsProbe(driver), ...probes], sql`r.key`)])}
      order by r.last_updated ${direction}, r.key ${direction} limit ${limit}`.compile(builder);
  }
  const pageOf = (keys: Sql): CompiledQuery<VersionRow> =>
    sql<VersionRow>`select ${columns} from (${keys}) matched join fhir.resource r on ${rows} and r.key = matched.key
      order by r.key desc`.compile(builder);
  const position = (key: Sql): Sql[] => (cursor === undefined ? [] : [sql`${key} < ${cursor[0]}::int8`]);
  if (driver === undefined || own.length > 0) {
    // Keys first, over the index alone; the bodies of the page after.
    return pageOf(sql`select r.key from fhir.resource r where ${all([rows, ...own, ...position(sql`r.key`), ...probesOf([...driverAsProbe(driver), ...probes], sql`r.key`)])}
      order by r.key desc limit ${limit}`);
  }
  return pageOf(sql`select distinct d.key from ${walk(driver, [...position(sql`d.key`), ...probesOf(probes, sql`d.key`)])}
      order by d.key desc limit ${limit}`);
}

/** How many match, counted up to `bound`. */
export function compileCount(query: SearchQuery, bound: number): CompiledQuery<{ count: string }> {
  const { driver, probes, own } = divide(query.filters);
  const counted =
    driver === undefined || own.length > 0
      ? sql`select 1 from fhir.resource r where ${all([
          sql`r.type = ${query.resourceType} and r.body is not null`,
          ...own,
          ...probesOf([...driverAsProbe(driver), ...probes], sql`r.key`),
        ])} limit ${bound}`
      : sql`select distinct d.key from ${walk(driver, probesOf(probes, sql`d.key`))} limit ${bound}`;
  return sql<{ count: string }>`select count(*) as count from (${counted}) matched`.compile(builder);
}

interface Division {
  /** The filter whose entries are walked; none: the resources themselves are. */
  readonly driver: EntryCondition | undefined;
  readonly probes: readonly EntryCondition[];
  /** Conditions on the resource's own columns. */
  readonly own: readonly Sql[];
}

function divide(filters: readonly SearchFilter[]): Division {
  const own: Sql[] = [];
  const entries: EntryCondition[] = [];
  for (const filter of filters) {
    if (filter.kind === 'id') {
      own.push(sql`r.id = any(${[...filter.ids]}::text[])`);
    } else if (filter.kind === 'lastUpdated') {
      own.push(anyOf(filter.operands.map((operand) => lastUpdatedCondition(operand))));
    } else {
      entries.push(compileEntryFilter(filter));
    }
  }
  const driver = entries.filter(({ negated }) => !negated).sort((a, b) => a.rank - b.rank)[0];
  return { driver, probes: entries.filter((entry) => entry !== driver), own };
}

function driverAsProbe(driver: EntryCondition | undefined): readonly EntryCondition[] {
  return driver === undefined ? [] : [driver];
}

/**
 * The driver's entries as `d`, so that `e` is free for the probes. The planner makes one scan of it, or merges one for
 * each equality, which keeps the order of keys where an array would have all matches sorted.
 */
function walk(driver: EntryCondition, conditions: readonly Sql[]): Sql {
  const branches = driver.equalities.length > 0 ? driver.equalities : [driver.condition];
  const scans = branches.map(
    (condition) => sql`select e.key from ${driver.table} e where ${entryCondition({ ...driver, condition })}`,
  );
  const entries = sql`(${sql.join(scans, sql` union all `)}) d`;
  return conditions.length === 0 ? entries : sql`${entries} where ${all(conditions)}`;
}

function probesOf(entries: readonly EntryCondition[], key: Sql): Sql[] {
  return entries.map((entry) => {
    const probe = sql`exists (select from ${entry.table} e where ${entryCondition(entry)} and e.key = ${key})`;
    return entry.negated ? sql`not ${probe}` : probe;
  });
}

function entryCondition(entry: EntryCondition): Sql {
  return sql`e.parameter = ${entry.parameter}::int4 and ${entry.condition}`;
}

/** A moment is the millisecond that begins with it. */
function lastUpdatedCondition(operand: Extract<SearchFilter, { kind: 'lastUpdated' }>['operands'][number]): Sql {
  const time = (ms: number): Sql => sql`${new Date(ms).toISOString()}::timestamptz`;
  const from = time(operand.low);
  const to = time(operand.high);
  switch (operand.prefix) {
    case 'eq':
    case 'ap':
      return sql`(r.last_updated >= ${from} and r.last_updated < ${to})`;
    case 'ne':
      return sql`(r.last_updated < ${from} or r.last_updated >= ${to})`;
    case 'gt':
    case 'sa':
      return sql`r.last_updated >= ${to}`;
    case 'ge':
      return sql`r.last_updated >= ${from}`;
    case 'lt':
    case 'eb':
      return sql`r.last_updated < ${from}`;
    case 'le':
      return sql`r.last_updated < ${to}`;
  }
}

function all(conditions: readonly Sql[]): Sql {
  return sql.join([...conditions], sql` and `);
}
