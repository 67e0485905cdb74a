import type { DateOperand, SearchFilter, TokenOperand } from '@healthcare/fhir';
import { type RawBuilder, sql } from 'kysely';
import { hash64, indexedUri, tokenCode, tokenSystem } from '../storage/index.js';

export type Sql = RawBuilder<unknown>;

/** A filter that entries answer: `from <table> e where e.parameter = … and <condition>`. */
export interface EntryCondition {
  readonly table: Sql;
  readonly parameter: number;
  readonly condition: Sql;
  /**
   * Equalities that together say the same: each has its entries in the order of keys, so that a walk can merge them.
   * Empty where the condition is none of equalities, or of too many.
   */
  readonly equalities: readonly Sql[];
  /** The resource matches when no entry does. */
  readonly negated: boolean;
  /** How few matches this kind of filter usually leaves; the smallest drives the search. */
  readonly rank: number;
}

type EntryFilter = Exclude<SearchFilter, { kind: 'id' } | { kind: 'lastUpdated' }>;

const TABLES = {
  token: sql`fhir.token_entry`,
  string: sql`fhir.string_entry`,
  uri: sql`fhir.string_entry`,
  reference: sql`fhir.reference_entry`,
  date: sql`fhir.date_entry`,
} as const;

const RANKS = { reference: 1, uri: 2, string: 3, token: 4, date: 5 } as const;

/** The condition on entries that stands for `filter`. */
export function compileEntryFilter(filter: EntryFilter): EntryCondition {
  if (filter.kind === 'missing') {
    const kind = filter.parameter.storedAs.type as keyof typeof TABLES;
    return {
      table: TABLES[kind],
      parameter: filter.parameter.storedAs.key,
      condition: sql`true`,
      equalities: [],
      negated: filter.missing,
      rank: 9,
    };
  }
  return {
    table: TABLES[filter.kind],
    parameter: filter.parameter.storedAs.key,
    condition: anyOf(conditionsOf(filter)),
    equalities: equalitiesOf(filter),
    negated: filter.modifier === 'not',
    rank: RANKS[filter.kind],
  };
}

/** More than these are read all and sorted: planning a branch each would cost more. */
const MAX_MERGED = 16;

function equalitiesOf(filter: Exclude<EntryFilter, { kind: 'missing' }>): readonly Sql[] {
  const equalities =
    filter.kind === 'reference'
      ? filter.operands.flatMap(({ targets }) => targets.map((target) => equalsAny(sql`e.target`, [hash64(target)])))
      : filter.kind === 'token' && filter.operands.every(({ code }) => code !== undefined)
        ? filter.operands.flatMap((operand) => tokenConditions([operand]))
        : [];
  return equalities.length > 1 && equalities.length <= MAX_MERGED ? equalities : [];
}

/** `a or b or …` in parentheses. */
export function anyOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 1 ? conditions[0]! : sql`(${sql.join(conditions, sql` or `)})`;
}

/** The range of dates that an operand accepts, on half-open `[low, high)`; see `DateOperand`. */
function dateCondition(operand: DateOperand, low: Sql, high: Sql): Sql {
  const from = sql`${operand.low}::int8`;
  const to = sql`${operand.high}::int8`;
  switch (operand.prefix) {
    case 'eq':
      // The two bounds in the middle follow from the others, and let either index narrow the scan.
      return sql`(${low} >= ${from} and ${low} < ${to} and ${high} <= ${to} and ${high} > ${from})`;
    case 'ne':
      return sql`(${low} < ${from} or ${high} > ${to})`;
    case 'gt':
      return sql`${high} > ${to}`;
    case 'lt':
      return sql`${low} < ${from}`;
    case 'ge':
      return sql`(${high} > ${from} and (${high} > ${to} or ${low} >= ${from}))`;
    case 'le':
      return sql`(${low} < ${to} and (${low} < ${from} or ${high} <= ${to}))`;
    case 'sa':
      return sql`${low} >= ${to}`;
    case 'eb':
      return sql`${high} <= ${from}`;
    case 'ap':
      return sql`(${low} < ${to} and ${high} > ${from})`;
  }
}

function conditionsOf(filter: Exclude<EntryFilter, { kind: 'missing' }>): readonly Sql[] {
  switch (filter.kind) {
    case 'token':
      return tokenConditions(filter.operands);
    case 'string':
      return filter.operands.map((operand) => {
        if (filter.modifier === 'exact') {
          return sql`(e.value = ${operand.normalized} and e.exact = ${hash64(operand.value)}::int8)`;
        }
        return filter.modifier === 'contains'
          ? sql`position(${operand.normalized} in e.value) > 0`
          : sql`(e.value >= ${operand.normalized} and e.value < ${`${operand.normalized}\u{10ffff}`})`;
      });
    case 'uri':
      return filter.operands.map(
        ({ value }) => sql`(e.value = ${indexedUri(value)} and e.exact = ${hash64(value)}::int8)`,
      );
    case 'reference':
      return [
        equalsAny(
          sql`e.target`,
          filter.operands.flatMap(({ targets }) => targets.map(hash64)),
        ),
      ];
    case 'date':
      return filter.operands.map((operand) => dateCondition(operand, sql`e.low`, sql`e.high`));
  }
}

function tokenConditions(operands: readonly TokenOperand[]): readonly Sql[] {
  const plain = operands.filter(({ system, code }) => system === undefined && code !== undefined);
  const rest = operands.filter(({ system, code }) => system !== undefined || code === undefined);
  return [
    ...(plain.length > 0
      ? [
          equalsAny(
            sql`e.code`,
            plain.map(({ code }) => tokenCode(code!)),
          ),
        ]
      : []),
    ...rest.map(({ system, code }) => {
      const ofSystem = sql`e.system = ${tokenSystem(system ?? null)}::int4`;
      return code === undefined ? ofSystem : sql`(e.code = ${tokenCode(code)}::int8 and ${ofSystem})`;
    }),
  ];
}

/** One value is an equality, which an index answers in the order of keys; several are an array and not an `or` each. */
function equalsAny(column: Sql, values: readonly string[]): Sql {
  return values.length === 1 ? sql`${column} = ${values[0]}::int8` : sql`${column} = any(${values}::int8[])`;
}
