import {
  BASE_URL,
  extractSearchValues,
  ResourceReader,
  ResourceWriter,
  SearchEntries,
  type Database,
  type StoredVersion,
  type Transaction,
} from './product.ts';

/** Stores versions of Observations as one candidate does, inside a transaction that binds the tenant. */
export interface Writer {
  insert(tx: Transaction, versions: readonly StoredVersion[]): Promise<void>;
  update(tx: Transaction, next: StoredVersion): Promise<void>;
}

const valuesOf = (body: string): ReturnType<typeof extractSearchValues> =>
  extractSearchValues(JSON.parse(body), { baseUrl: BASE_URL });

/** C1: the product's own writer. */
export function builtWriter(database: Database): Writer {
  const reader = new ResourceReader(database);
  const writer = new ResourceWriter(BASE_URL);
  return {
    insert: (tx, versions) =>
      writer.store(
        tx,
        versions.map((next) => ({ next, previous: undefined, searchValues: valuesOf(next.body!) })),
      ),
    async update(tx, next) {
      const previous = (await reader.lock(tx, [next])).get(`${next.type}/${next.id}`);
      await writer.store(tx, [{ next, previous, searchValues: valuesOf(next.body!) }]);
    },
  };
}

/** Rows for one table: its columns behind the tenant with their types, and what goes into them. */
interface Rows {
  readonly table: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly unknown[])[];
}

function unnest({ columns, rows }: Rows): { text: string; values: unknown[][] } {
  const types = Object.values(columns);
  return {
    text: `unnest(${types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')})`,
    values: types.map((_, index) => rows.map((row) => row[index])),
  };
}

async function add(tx: Transaction, rows: Rows): Promise<void> {
  const { text, values } = unnest(rows);
  const names = Object.keys(rows.columns).join(', ');
  // Arrays of arrays cannot be unnested row by row: tokens travel as text.
  const selected = names.replace(/\btokens$/, 'tokens::int8[]');
  const sql = `insert into ${rows.table} (tenant_id, ${names})
    select sample.current_tenant(), ${selected} from ${text} as added (${names})`;
  await tx.prepared(`add ${rows.table}`, sql, values);
}

async function remove(tx: Transaction, rows: Rows): Promise<void> {
  const { text, values } = unnest(rows);
  const names = Object.keys(rows.columns);
  const same = names.map((name) => `e.${name} = removed.${name}${rows.columns[name] === 'text' ? ' collate "C"' : ''}`);
  const sql = `delete from ${rows.table} e using ${text} as removed (${names.join(', ')}) where ${same.join(' and ')}`;
  await tx.prepared(`remove ${rows.table}`, sql, values);
}

interface Stored {
  readonly last_updated: Date;
  readonly body: string;
}

async function lockAndKeep(tx: Transaction, schema: string, next: StoredVersion): Promise<Stored> {
  const [row] = await tx.prepared<Stored>(
    `lock ${schema}`,
    `select last_updated, body::text as body from ${schema}.resource where type = 'Observation' and id = $1 for update`,
    [next.id],
  );
  await tx.prepared(
    `keep ${schema}`,
    `insert into ${schema}.resource_history select * from ${schema}.resource where type = 'Observation' and id = $1`,
    [next.id],
  );
  return row!;
}

/** C3: entries name the time of the last update, so that each update writes all of them anew. */
export const sideWriter: Writer = {
  async insert(tx, versions) {
    const resources: Rows = {
      table: 'side.resource',
      columns: { version: 'int4', last_updated: 'timestamptz', id: 'uuid', type: 'text', method: 'text', body: 'text' },
      rows: versions.map((v) => [v.version, v.lastUpdated.toISOString(), v.id, v.type, v.method, v.body]),
    };
    const entries = versions.map((v) => sideEntries(v.id, v.lastUpdated, v.body!));
    await Promise.all([add(tx, resources), ...merge(entries).map((rows) => add(tx, rows))]);
  },
  async update(tx, next) {
    const previous = await lockAndKeep(tx, 'side', next);
    await Promise.all([
      tx.prepared(
        'replace side',
        `update side.resource set version = $2, last_updated = $3, method = $4, body = $5
          where type = 'Observation' and id = $1`,
        [next.id, next.version, next.lastUpdated.toISOString(), next.method, next.body],
      ),
      ...sideEntries(next.id, previous.last_updated, previous.body).map((rows) => remove(tx, rows)),
      ...sideEntries(next.id, next.lastUpdated, next.body!).map((rows) => add(tx, rows)),
    ]);
  },
};

function sideEntries(id: string, lastUpdated: Date, body: string): Rows[] {
  const entries = SearchEntries.of(valuesOf(body));
  const own = { last_updated: 'timestamptz', id: 'uuid' };
  const time = lastUpdated.toISOString();
  return [
    {
      table: 'side.value_entry',
      columns: { parameter: 'int4', value: 'int8', system: 'int4', ...own },
      rows: [
        ...[...entries.rows('token')].map((row) => [...row, time, id]),
        ...[...entries.rows('reference')].map((row) => [...row, 0, time, id]),
      ],
    },
    {
      table: 'side.string_entry',
      columns: { parameter: 'int4', value: 'text', exact: 'int8', ...own },
      rows: [...entries.rows('string')].map((row) => [...row, time, id]),
    },
    {
      table: 'side.date_entry',
      columns: { parameter: 'int4', low: 'int8', high: 'int8', ...own },
      rows: [...entries.rows('date')].map((row) => [...row, time, id]),
    },
  ];
}

function merge(entries: readonly Rows[][]): Rows[] {
  return entries[0]!.map((first, index) => ({ ...first, rows: entries.flatMap((tables) => tables[index]!.rows) }));
}

/** C4 and C5: one row, whose GIN index takes the values; `derived` are the columns that searches use. */
function rowWriter(
  schema: string,
  bodyType: string,
  columns: Readonly<Record<string, string>>,
  derived: (body: string) => readonly unknown[],
): Writer {
  const names = Object.keys(columns);
  return {
    insert: (tx, versions) =>
      add(tx, {
        table: `${schema}.resource`,
        columns: {
          version: 'int4',
          key: 'int8',
          last_updated: 'timestamptz',
          type: 'text',
          id: 'text',
          method: 'text',
          body: bodyType,
          ...columns,
        },
        rows: versions.map((v) => [
          v.version,
          v.key,
          v.lastUpdated.toISOString(),
          v.type,
          v.id,
          v.method,
          v.body,
          ...derived(v.body!),
        ]),
      }),
    async update(tx, next) {
      await lockAndKeep(tx, schema, next);
      await tx.prepared(
        `replace ${schema}`,
        `update ${schema}.resource set version = $2, last_updated = $3, method = $4, body = $5
          ${names.map((name, index) => `, ${name} = $${index + 6}`).join('')} where type = 'Observation' and id = $1`,
        [next.id, next.version, next.lastUpdated.toISOString(), next.method, next.body, ...derived(next.body!)],
      );
    },
  };
}

export const tokensWriter = rowWriter('tokens', 'text', { low: 'int8', high: 'int8', tokens: 'text' }, (body) => {
  const entries = SearchEntries.of(valuesOf(body));
  const [low, high] = [...entries.rows('date')][0]!.slice(1) as [number, number];
  const hashed = (['token', 'reference'] as const).flatMap((table) =>
    [...entries.rows(table)].map(([, value]) => value),
  );
  return [low, high, `{${[...hashed, ...[...entries.rows('string')].map((row) => row[2])].join(',')}}`];
});

export const jsonWriter = rowWriter('json', 'jsonb', {}, () => []);
