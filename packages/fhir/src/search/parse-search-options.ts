import type { SearchParameter } from './search-parameter.js';

/** How a query is read. */
export interface ParseSearchOptions {
  /** `lenient` leaves out parameters that the server does not know, `strict` refuses them; all others must be right. */
  readonly handling: 'strict' | 'lenient';
  /** FHIR base of this server. */
  readonly baseUrl?: string;
  /** Matches a page where `_count` does not say. */
  readonly defaultCount: number;
  /** Matches a page at most; more are cut to it, as `applied` then says. */
  readonly maxCount: number;
  /** The present in milliseconds since 1970, for `ap`. */
  readonly nowMs?: number;
}

/** A name of a query, taken apart. */
export interface ResolvedName {
  /** As given, for messages. */
  readonly name: string;
  readonly parameter: SearchParameter;
  readonly modifier: string | undefined;
}
