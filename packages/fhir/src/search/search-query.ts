import type { SearchParameter } from './search-parameter.js';

export type DatePrefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/**
 * `system: undefined`: any system (`code`); `null`: no system (`|code`); a string: that system (`system|code`).
 * `code: undefined`: any code of the system (`system|`).
 */
export interface TokenOperand {
  readonly system: string | null | undefined;
  readonly code: string | undefined;
}

export interface StringOperand {
  readonly value: string;
  readonly normalized: string;
}

/** The targets that a reference value can mean: `123` may be several (`Patient/123`, `Group/123`). */
export interface ReferenceOperand {
  readonly targets: readonly string[];
}

/**
 * A date in a query is the span `[low, high)` of its precision, and so is the value of a resource. With the prefix
 * (R4, search "prefixes") a value matches when
 *
 * - `eq` it lies within the operand; `ne` it does not
 * - `gt` some of it lies after the operand; `lt` some of it lies before
 * - `ge`, `le` as `gt`, `lt`, or it lies within
 * - `sa` all of it lies after; `eb` all of it lies before
 * - `ap` it overlaps with the operand, which was widened by a tenth of its distance from the present
 *
 * A resource matches when one of its values does.
 */
export interface DateOperand {
  readonly prefix: DatePrefix;
  /** Milliseconds since 1970 UTC, included. */
  readonly low: number;
  /** Milliseconds since 1970 UTC, excluded. */
  readonly high: number;
}

export interface UriOperand {
  readonly value: string;
}

interface Clause<Kind extends string, Operand, Modifier extends string = never> {
  readonly kind: Kind;
  readonly parameter: SearchParameter;
  readonly modifier: Modifier | undefined;
  /** Any of them may match. */
  readonly operands: readonly Operand[];
}

/** One condition of a search. All of a query's filters must hold. */
export type SearchFilter =
  | Clause<'token', TokenOperand, 'not'>
  | Clause<'string', StringOperand, 'exact' | 'contains'>
  | Clause<'reference', ReferenceOperand>
  | Clause<'date', DateOperand>
  | Clause<'uri', UriOperand>
  | { readonly kind: 'missing'; readonly parameter: SearchParameter; readonly missing: boolean }
  | { readonly kind: 'id'; readonly ids: readonly string[] }
  | { readonly kind: 'lastUpdated'; readonly operands: readonly DateOperand[] };

export type TotalMode = 'none' | 'estimate' | 'accurate';
export type SummaryMode = 'true' | 'text' | 'data' | 'count' | 'false';

/** A search that was read and checked: every parameter exists and every value has its type's form. */
export interface SearchQuery {
  readonly resourceType: string;
  readonly filters: readonly SearchFilter[];
  /** `_sort` as given; undefined: the server's stable default (newest first by creation). */
  readonly sort: { readonly by: '_lastUpdated'; readonly descending: boolean } | undefined;
  readonly count: number;
  readonly total: TotalMode;
  readonly summary: SummaryMode | undefined;
  readonly elements: readonly string[];
  /** Opaque position of the next page, as the server put it into the `next` link. */
  readonly cursor: string | undefined;
  /** Name and value, decoded, of what took part: the self link is made of these. */
  readonly applied: readonly (readonly [name: string, value: string])[];
  /** What `handling=lenient` left out, each with its reason. */
  readonly ignored: readonly { readonly name: string; readonly reason: string }[];
}
