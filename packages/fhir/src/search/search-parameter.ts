/** The value types a search parameter can have (R4, "Search Parameter Types"). */
export type SearchParameterType =
  | 'token'
  | 'string'
  | 'reference'
  | 'date'
  | 'number'
  | 'quantity'
  | 'uri'
  | 'composite'
  | 'special';

/** One published search parameter, as it applies to one resource type. */
export interface SearchParameter {
  /** Resource type it is defined for here, e.g. `Observation`. */
  readonly resourceType: string;
  /** Name in the query string, e.g. `code`. */
  readonly code: string;
  readonly type: SearchParameterType;
  /** Canonical URL of the SearchParameter resource. */
  readonly url: string;
  /** The FHIRPath expression, narrowed to this resource type. */
  readonly expression: string;
  /** Resource types a reference may point at; empty: any. Only for `reference`. */
  readonly targets: readonly string[];
  /**
   * Signed 32-bit key under which its entries are stored: derived from type and code, so that it is the same
   * in every release and needs no dictionary.
   */
  readonly key: number;
  /**
   * The parameter whose entries answer this one. Itself, but for reference parameters that only narrow another
   * (`patient` is `subject` where it is a Patient): those are not written twice.
   */
  readonly storedAs: SearchParameter;
}

/** One value found in a resource for one search parameter. Never for a parameter that is stored as another. */
export type SearchValue =
  | {
      readonly type: 'token';
      readonly parameter: SearchParameter;
      /** `null`: the value has no system. */
      readonly system: string | null;
      readonly code: string;
    }
  | {
      readonly type: 'string';
      readonly parameter: SearchParameter;
      /** As written, for `:exact`. */
      readonly value: string;
      /** By `normalizeString`: what a plain string search matches by prefix. Of a name, from one of its words to the end. */
      readonly normalized: string;
    }
  | {
      readonly type: 'reference';
      readonly parameter: SearchParameter;
      /** `Patient/123` (no version, no base), or an absolute URL, or a canonical, which comes with and without `|version`. */
      readonly target: string;
    }
  | {
      readonly type: 'date';
      readonly parameter: SearchParameter;
      /** Milliseconds since 1970 UTC, included; `MIN_DATE` for an open start. */
      readonly low: number;
      /** Milliseconds since 1970 UTC, excluded; `MAX_DATE` for an open end. */
      readonly high: number;
    }
  | {
      readonly type: 'uri';
      readonly parameter: SearchParameter;
      readonly value: string;
    };

/** Bounds for periods without a start or an end (milliseconds since 1970, outside years 0001 to 9999). */
export const MIN_DATE = -62_167_219_200_000 * 2;
export const MAX_DATE = 253_402_300_800_000 * 2;
