import type { SearchQuery } from '@healthcare/fhir';
import type { Resource } from '../resource.js';
import type { StoredVersion } from '../storage/index.js';

/** One create, update or delete that was read and validated; what it does is decided inside the transaction. */
export type WriteRequest = CreateRequest | UpdateRequest | DeleteRequest;

export interface CreateRequest {
  readonly kind: 'create';
  readonly type: string;
  readonly resource: Resource;
  /** If-None-Exist: create only when nothing matches. */
  readonly condition: SearchQuery | undefined;
}

export interface UpdateRequest {
  readonly kind: 'update';
  readonly type: string;
  readonly resource: Resource;
  /** Either the id of the URL or the condition of a conditional update. */
  readonly id: string | undefined;
  readonly condition: SearchQuery | undefined;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

export interface DeleteRequest {
  readonly kind: 'delete';
  readonly type: string;
  readonly id: string | undefined;
  readonly condition: SearchQuery | undefined;
  readonly ifMatch: string | undefined;
}

/** What became of a write. */
export type WriteOutcome =
  | { readonly kind: 'created' | 'updated'; readonly version: StoredVersion }
  /** A conditional create found the resource: nothing was written. */
  | { readonly kind: 'existed'; readonly version: StoredVersion }
  /** `version` is the deletion; undefined: there was nothing to delete. */
  | { readonly kind: 'deleted'; readonly version: StoredVersion | undefined };
