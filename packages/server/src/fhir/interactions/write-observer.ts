import type { SearchValue } from '@healthcare/fhir';
import type { Transaction } from '../../platform/database/index.js';
import type { Resource } from '../resource.js';

/** One version that a transaction has just stored. */
export interface StoredChange {
  readonly interaction: 'create' | 'update' | 'delete';
  readonly resourceType: string;
  readonly id: string;
  readonly version: number;
  /** `null` for a deletion. */
  readonly resource: Resource | null;
  readonly searchValues: readonly SearchValue[];
}

/** Something that must happen with a write or not at all: it runs inside the writing transaction. */
export interface WriteObserver {
  /** Refuses a write before anything is stored, by throwing a `FhirError`. */
  check?(resource: Resource): void;
  written(tx: Transaction, tenantId: number, changes: readonly StoredChange[]): Promise<void>;
}

/** Injection token of the list of observers. */
export const WRITE_OBSERVERS = Symbol('write observers');
