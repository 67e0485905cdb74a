import type { SearchFilter, SearchQuery } from '@healthcare/fhir';
import { type CompiledQuery, sql } from 'kysely';
import { createSqlBuilder } from '../../platform/database/index.js';
import { anyOf, compileEntryFilter, type EntryCondition, type Sql } from './compile-filter.js';
import type { Cursor } from '../cursor.js';
import type { VersionRow } from '../storage/index.js';

const builder = createSqlBuilder<object>();

const COLUMNS = sql`r.type, r.id, r.key, r.version, r.last_updated, r.method, r.body`;

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
  const division = divide(query.filters);
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
    return sql<VersionRow>`select ${COLUMNS} from ${matches(division, rows, position)}
      order by r.last_updated ${direction}, r.key ${direction} limit ${limit}`.compile(builder);
  }
  const position = (key: Sql): Sql[] => (cursor === undefined ? [] : [sql`${key} < ${cursor[0]}::int8`]);
  const { driver, probes, own } = division;
  // Keys first, over indexes alone; the bodies of the page after.
  const keys =
    driver !== undefined && own.length === 0
      ? sql`select distinct d.key from ${
          probes.length === 0
            ? merge(driver, position(sql`e.key`), limit)
            : walk(driver, [...position(sql`d.key`), ...probesOf(probes, sql`d.key`)])
        } order by d.key desc limit ${limit}`
      : sql`select r.key from ${matches(division, rows, position(sql`r.key`))} order by r.key desc limit ${limit}`;
  return sql<VersionRow>`select ${COLUMNS} from (${keys}) page join fhir.resource r on ${rows} and r.key = page.key
      order by r.key desc`.compile(builder);
}

/** How many match, counted up to `bound`. */
export function compileCount(query: SearchQuery, bound: number): CompiledQuery<{ count: string }> {
  const division = divide(query.filters);
  const { driver, probes, own } = division;
  const counted =
    driver !== undefined && own.length === 0
      ? sql`select distinct d.key from ${walk(driver, probesOf(probes, sql`d.key`))} limit ${bound}`
      : sql`select 1 from ${matches(division, sql`r.type = ${query.resourceType} and r.body is not null`, [])} limit ${bound}`;
  return sql<{ count: string }>`select count(*) as count from (${counted}) matched`.compile(builder);
}

/** The resources `r` that match: those of the driver's keys, or of the type where no entry narrows it. */
function matches({ driver, probes, own }: Division, rows: Sql, position: readonly Sql[]): Sql {
  if (driver === undefined) {
    return sql`fhir.resource r where ${all([rows, ...own, ...position, ...probesOf(probes, sql`r.key`)])}`;
  }
  const keys = sql`select distinct d.key from ${walk(driver, probesOf(probes, sql`d.key`))} order by d.key desc`;
  return sql`(${keys}) matched join fhir.resource r on ${all([rows, sql`r.key = matched.key`, ...own, ...position])}`;
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
  // Ids leave so few that every entry is a probe.
  const candidates = filters.some(({ kind }) => kind === 'id') ? [] : entries.filter(({ negated }) => !negated);
  const driver = candidates.sort((a, b) => a.rank - b.rank)[0];
  return { driver, probes: entries.filter((entry) => entry !== driver), own };
}

/** The driver's entries as `d`, so that `e` is free for the probes. The planner makes one scan of it. */
function walk(driver: EntryCondition, conditions: readonly Sql[]): Sql {
  const entries = sql`(select e.key from ${driver.table} e where ${entryCondition(driver)}) d`;
  return conditions.length === 0 ? entries : sql`${entries} where ${all(conditions)}`;
}

/**
 * The first `limit` keys of the driver as `d`, where nothing else filters: of several codes the first of each, which
 * their index has in order, in place of all matches of all codes.
 */
function merge(driver: EntryCondition, position: readonly Sql[], limit: number): Sql {
  const branches = driver.equalities.length > 0 ? driver.equalities : [driver.condition];
  const firsts = branches.map(
    (condition) =>
      sql`(select distinct e.key from ${driver.table} e where ${all([entryCondition({ ...driver, condition }), ...position])}
      order by e.key desc limit ${limit})`,
  );
  return sql`(${sql.join(firsts, sql` union all `)}) d`;
}

/**
 * Conditions on `key`, one index row each.
 *
 * `offset 0` keeps the planner from joining the two sets of entries. It would choose by statistics, which know nothing of
 * a code that only one clinic uses: taken for one row, its thousands are read again for each of the other side, and a
 * search that takes 30 ms at the most takes seconds. What it costs is the merge where both are common and nothing matches.
 */
function probesOf(entries: readonly EntryCondition[], key: Sql): Sql[] {
  return entries.map((entry) => {
    const probe = sql`exists (select from ${entry.table} e where ${entryCondition(entry)} and e.key = ${key} offset 0)`;
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
