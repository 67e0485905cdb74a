/** One version of a resource as it is stored. */
export interface StoredVersion {
  readonly type: string;
  readonly id: string;
  /** Decimal of a 64-bit integer; the same for all versions. */
  readonly key: string;
  /** Counts from 1. */
  readonly version: number;
  readonly lastUpdated: Date;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** The JSON text as clients get it; null: this version is the deletion. */
  readonly body: string | null;
}

/** Identity of a resource within its clinic. */
export interface ResourceIdentity {
  readonly type: string;
  readonly id: string;
}
