import type pg from 'pg';

export interface Sizes {
  readonly heap: number;
  readonly toast: number;
  readonly indexes: number;
  readonly total: number;
  /** Bytes a resource by table: heap and TOAST, indexes. */
  readonly tables: Readonly<Record<string, { readonly heap: number; readonly indexes: number }>>;
}

/** What the tables of a schema take, in bytes a resource. */
export async function sizesOf(owner: pg.Client, schema: string, resources: number): Promise<Sizes> {
  const { rows } = await owner.query<{ name: string; heap: number; toast: number; indexes: number }>(
    `select relname as name, pg_relation_size(oid)::float8 as heap, pg_indexes_size(oid)::float8 as indexes,
       (pg_table_size(oid) - pg_relation_size(oid))::float8 as toast
     from pg_class where relnamespace = $1::regnamespace and relkind = 'r' order by relname`,
    [schema],
  );
  const per = (bytes: number): number => Math.round(bytes / resources);
  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    per(rows.reduce((total, row) => total + of(row), 0));
  return {
    heap: sum((row) => row.heap),
    toast: sum((row) => row.toast),
    indexes: sum((row) => row.indexes),
    total: sum((row) => row.heap + row.toast + row.indexes),
    tables: Object.fromEntries(
      rows
        .filter((row) => row.heap > 0)
        .map((row) => [row.name, { heap: per(row.heap + row.toast), indexes: per(row.indexes) }]),
    ),
  };
}
