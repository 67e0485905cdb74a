/** One file of the load. */
export interface LoadFile {
  readonly path: string;
  /** As the operator wrote it or as found below the folder they named; shown in reports. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly kind: 'json' | 'ndjson';
  readonly gzip: boolean;
  /** Files of a later phase may refer to what an earlier one creates, and wait for it. */
  readonly phase: number;
}

/**
 * Part of a file that is sent in one request. For a bundle `[0, entries)`; for NDJSON physical lines counted from 1,
 * `to` exclusive.
 */
export interface EntryRange {
  readonly from: number;
  readonly to: number;
}

/** An issue of an OperationOutcome, as far as the report keeps it. */
export interface ReportedIssue {
  readonly severity: string;
  readonly code: string;
  readonly diagnostics: string;
  readonly expression?: readonly string[];
}

/** One line of the report of refused entries. */
export interface Refusal {
  readonly file: string;
  /** Line of an NDJSON file, from 1. */
  readonly line?: number;
  /** Index in `Bundle.entry`, from 0; absent when the whole bundle is meant. */
  readonly entry?: number;
  readonly fullUrl?: string;
  /** HTTP status; absent when the entry never left this machine, because it is not a FHIR resource in JSON. */
  readonly status?: number;
  readonly issues: readonly ReportedIssue[];
}
