import type { SearchParameter } from './search-parameter.js';

export type DatePrefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/**
 * Matches a value with the same code, whatever the case of its letters, and exactly the same system. With the modifier
 * `not` a resource matches when none of its values matches any operand, thus also when it has no value.
 *
 * `system: undefined`: any system (`code`); `null`: no system (`|code`); a string: that system (`system|code`).
 * `code: undefined`: any code of the system (`system|`).
 */
export interface TokenOperand {
  readonly system: string | null | undefined;
  readonly code: string | undefined;
}

/**
 * Matches a value whose normalised text begins with `normalized`; with `contains`, has it anywhere; with `exact`, a value
 * that is `value` in every character, whatever its length.
 */
export interface StringOperand {
  readonly value: string;
  /** By `normalizeString`; never empty but for `exact`. */
  readonly normalized: string;
}

/**
 * The targets that a reference value can mean: `123` may be several (`Patient/123`, `Group/123`). Matches a value that is
 * one of them, in every character; none: matches nothing, as when `patient=Group/1` contradicts itself.
 */
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

/** Matches a value that is the same in every character. */
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
  /** Whether there is no value at all. The parameter is one that is stored as itself. */
  | { readonly kind: 'missing'; readonly parameter: SearchParameter; readonly missing: boolean }
  /** Letters count as they are written. */
  | { readonly kind: 'id'; readonly ids: readonly string[] }
  /** As of a value that lasts one millisecond. The operands lie within the years 1 to 9999. */
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
