import { extractSearchValues, type SearchValue } from '@healthcare/fhir';
import type { Transaction } from '../../platform/database/index.js';
import { type EntryRow, SearchEntries, type EntryTable } from './search-entries.js';
import type { StoredVersion } from './stored-version.js';
import { hash64 } from './value-hash.js';

/** A new version to be stored, with what it replaces and what it is found by. */
export interface VersionToStore {
  readonly next: StoredVersion;
  /** The locked current version; undefined: this is the first. */
  readonly previous: StoredVersion | undefined;
  /** Values of the new version; empty for a deletion. */
  readonly searchValues: readonly SearchValue[];
}

/**
 * Stores versions: current rows, history of what they replace, and search entries.
 *
 * One statement a table for any number of resources, sent without waiting in between.
 */
export class ResourceWriter {
  /** @param baseUrl The FHIR base, so that absolute references to this server are found like relative ones. */
  constructor(private readonly baseUrl: string) {}

  async store(tx: Transaction, versions: readonly VersionToStore[]): Promise<void> {
    const created = versions.filter(({ previous }) => previous === undefined);
    const replaced = versions.filter(({ previous }) => previous !== undefined);
    const statements: Promise<unknown>[] = [];
    if (replaced.length > 0) {
      const values = [replaced.map(({ next }) => next.type), replaced.map(({ next }) => next.id)];
      statements.push(tx.prepared(COPY_TO_HISTORY.name, COPY_TO_HISTORY.text, values));
      statements.push(tx.prepared(REPLACE.name, REPLACE.text, columnsOf(replaced)));
    }
    if (created.length > 0) {
      const targets = created.map(({ next }) => hash64(`${next.type}/${next.id}`));
      statements.push(tx.prepared(INSERT.name, INSERT.text, [...columnsOf(created), targets]));
    }
    statements.push(...this.#storeEntries(tx, versions));
    await Promise.all(statements);
  }

  #storeEntries(tx: Transaction, versions: readonly VersionToStore[]): Promise<unknown>[] {
    const added = emptyColumns();
    const removed = emptyColumns();
    for (const { next, previous, searchValues } of versions) {
      const entries = SearchEntries.of(searchValues);
      const former = this.#entriesOf(previous);
      for (const table of ENTRY_TABLES) {
        collect(added[table], entries.missingFrom(former, table), next.key);
        collect(removed[table], former.missingFrom(entries, table), next.key);
      }
    }
    return ENTRY_TABLES.flatMap((table) => [
      ...(removed[table][0]!.length > 0 ? [tx.prepared(`remove_${table}`, REMOVE_ENTRIES[table], removed[table])] : []),
      ...(added[table][0]!.length > 0 ? [tx.prepared(`add_${table}`, ADD_ENTRIES[table], added[table])] : []),
    ]);
  }

  /** Computed from the body and not looked up: the entry tables need no index by resource for it. */
  #entriesOf(version: StoredVersion | undefined): SearchEntries {
    if (version === undefined || version.body === null) {
      return SearchEntries.none;
    }
    return SearchEntries.of(extractSearchValues(JSON.parse(version.body), { baseUrl: this.baseUrl }));
  }
}

type Columns = (string | number)[][];

const ENTRY_TABLES: readonly EntryTable[] = ['token', 'string', 'reference', 'date'];

/** Columns of each entry table behind the tenant, with their types; the resource's key comes last. */
const ENTRY_COLUMNS: Record<EntryTable, readonly (readonly [name: string, type: string])[]> = {
  token: [
    ['parameter', 'int4'],
    ['code', 'int8'],
    ['system', 'int4'],
    ['key', 'int8'],
  ],
  string: [
    ['parameter', 'int4'],
    ['value', 'text'],
    ['exact', 'int8'],
    ['key', 'int8'],
  ],
  reference: [
    ['parameter', 'int4'],
    ['target', 'int8'],
    ['key', 'int8'],
  ],
  date: [
    ['parameter', 'int4'],
    ['low', 'int8'],
    ['high', 'int8'],
    ['key', 'int8'],
  ],
};

function emptyColumns(): Record<EntryTable, Columns> {
  const columns = (table: EntryTable): Columns => ENTRY_COLUMNS[table].map(() => []);
  return { token: columns('token'), string: columns('string'), reference: columns('reference'), date: columns('date') };
}

function collect(columns: Columns, rows: Iterable<EntryRow>, key: string): void {
  for (const row of rows) {
    row.forEach((value, index) => columns[index]!.push(value));
    columns[row.length]!.push(key);
  }
}

function forEachTable(statement: (table: EntryTable) => string): Record<EntryTable, string> {
  return {
    token: statement('token'),
    string: statement('string'),
    reference: statement('reference'),
    date: statement('date'),
  };
}

const ADD_ENTRIES = forEachTable((table) => {
  const names = ENTRY_COLUMNS[table].map(([name]) => name);
  const arrays = ENTRY_COLUMNS[table].map(([, type], index) => `$${index + 1}::${type}[]`);
  return `insert into fhir.${table}_entry (tenant_id, ${names.join(', ')})
    select platform.current_tenant(), ${names.join(', ')} from unnest(${arrays.join(', ')}) as added (${names.join(', ')})`;
});

const REMOVE_ENTRIES = forEachTable((table) => {
  const names = ENTRY_COLUMNS[table].map(([name]) => name);
  const arrays = ENTRY_COLUMNS[table].map(([, type], index) => `$${index + 1}::${type}[]`);
  const same = ENTRY_COLUMNS[table].map(
    ([name, type]) => `e.${name} = removed.${name}${type === 'text' ? ' collate "C"' : ''}`,
  );
  return `delete from fhir.${table}_entry e using unnest(${arrays.join(', ')}) as removed (${names.join(', ')})
    where ${same.join(' and ')}`;
});

function columnsOf(versions: readonly VersionToStore[]): unknown[][] {
  const rows = versions.map(({ next }) => next);
  return [
    rows.map(({ type }) => type),
    rows.map(({ id }) => id),
    rows.map(({ key }) => key),
    rows.map(({ version }) => version),
    rows.map(({ lastUpdated }) => lastUpdated.toISOString()),
    rows.map(({ method }) => method),
    rows.map(({ body }) => body),
  ];
}

const ROWS = 'unnest($1::text[], $2::text[], $3::int8[], $4::int4[], $5::timestamptz[], $6::text[], $7::text[]';

const INSERT = {
  name: 'resource_insert',
  text: `insert into fhir.resource (tenant_id, type, id, key, version, last_updated, method, body, target)
    select platform.current_tenant(), v.* from ${ROWS}, $8::int8[]) as v`,
};

const COPY_TO_HISTORY = {
  name: 'resource_copy_to_history',
  text: `insert into fhir.resource_history (tenant_id, type, id, key, version, last_updated, method, body)
    select r.tenant_id, r.type, r.id, r.key, r.version, r.last_updated, r.method, r.body
    from unnest($1::text[], $2::text[]) as replaced (type, id)
    join fhir.resource r on r.type = replaced.type collate "C" and r.id = replaced.id collate "C"`,
};

const REPLACE = {
  name: 'resource_replace',
  text: `update fhir.resource r
    set version = v.version, last_updated = v.last_updated, method = v.method, body = v.body
    from ${ROWS}) as v (type, id, key, version, last_updated, method, body)
    where r.type = v.type collate "C" and r.id = v.id collate "C" and r.key = v.key`,
};
