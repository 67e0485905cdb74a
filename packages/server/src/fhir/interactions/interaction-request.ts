import type { JsonValue } from '@healthcare/fhir';
import type { QueryPairs } from '../../platform/http/index.js';
import type { Subset } from './subset.js';

/** What comes with an interaction, from HTTP or from an entry of a bundle. */
export interface InteractionRequest {
  readonly query: QueryPairs;
  /** What the body is read from; parsed only by interactions that take one. */
  readonly body: () => JsonValue;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifNoneExist: string | undefined;
  /** `Prefer: handling=`: whether unknown search parameters are refused or left out. */
  readonly handling: 'strict' | 'lenient';
  readonly subset: Subset;
}

/** What an interaction answers. */
export interface InteractionResult {
  readonly status: number;
  /** JSON text of a resource or Bundle; undefined: the answer has no body. */
  readonly body: string | undefined;
  readonly etag?: string;
  readonly lastModified?: Date;
  /** Absolute URL of the version that a write made. */
  readonly location?: string;
  /** True where the body is what a write stored, so that `Prefer: return=` decides over it. */
  readonly isWritten?: boolean;
}
