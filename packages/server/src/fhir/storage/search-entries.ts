import type { SearchValue } from '@healthcare/fhir';
import { hash32, hash64 } from './value-hash.js';

/** Rows of the entry tables, in the order of their columns (tenant left out). */
export type EntryTable = 'token' | 'string' | 'reference' | 'date';
export type EntryRow = readonly (string | number)[];

/** Longest part of a uri that is indexed, in UTF-16 code units: the whole is compared by its hash. */
const INDEXED_URI_LENGTH = 256;

/** The rows that make one resource findable: by table, each row once. */
export class SearchEntries {
  readonly #rows: Record<EntryTable, Map<string, EntryRow>> = {
    token: new Map(),
    string: new Map(),
    reference: new Map(),
    date: new Map(),
  };

  static readonly none: SearchEntries = new SearchEntries();

  static of(values: readonly SearchValue[]): SearchEntries {
    const entries = new SearchEntries();
    for (const value of values) {
      entries.#add(value);
    }
    return entries;
  }

  rows(table: EntryTable): Iterable<EntryRow> {
    return this.#rows[table].values();
  }

  /** The rows of `table` that `other` does not have. */
  *missingFrom(other: SearchEntries, table: EntryTable): Iterable<EntryRow> {
    for (const [identity, row] of this.#rows[table]) {
      if (!other.#rows[table].has(identity)) {
        yield row;
      }
    }
  }

  #add(value: SearchValue): void {
    const parameter = value.parameter.key;
    switch (value.type) {
      case 'token':
        return this.#put('token', [parameter, tokenCode(value.code), tokenSystem(value.system)]);
      case 'string':
        return this.#put('string', [parameter, value.normalized, hash64(value.value)]);
      case 'uri':
        return this.#put('string', [parameter, indexedUri(value.value), hash64(value.value)]);
      case 'reference':
        return this.#put('reference', [parameter, hash64(value.target)]);
      case 'date':
        return this.#put('date', [parameter, value.low, value.high]);
    }
  }

  #put(table: EntryTable, row: EntryRow): void {
    this.#rows[table].set(row.join('\n'), row);
  }
}

/** What token_entry.code holds: case makes no difference in a token search. */
export function tokenCode(code: string): string {
  return hash64(code.toLowerCase());
}

/** What token_entry.system holds: 0 for a value without a system. */
export function tokenSystem(system: string | null): number {
  // Not 0, which says that there is none.
  return system === null ? 0 : hash32(system) || 1;
}

/** The part of a uri that string_entry.value holds: never half of a surrogate pair, which UTF-8 cannot carry. */
export function indexedUri(text: string): string {
  const cut = text.slice(0, INDEXED_URI_LENGTH);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
