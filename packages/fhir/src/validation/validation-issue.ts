/** The codes of OperationOutcome.issue.code (R4 issue-type) that validation uses. */
export type ValidationIssueCode =
  | 'structure'
  | 'required'
  | 'value'
  | 'code-invalid'
  | 'invariant'
  | 'too-long'
  | 'not-supported';

/** One fault of a resource, in the terms of OperationOutcome.issue. */
export interface ValidationIssue {
  readonly severity: 'error' | 'warning';
  readonly code: ValidationIssueCode;
  /**
   * Where: element names and indexes as in the JSON, from the resource down (`Patient.name[0].given[1]`,
   * `Observation.valueQuantity.code`, `Bundle.entry[2].resource.status`). For a primitive's own id and extensions the
   * underscore is left out (`Patient.birthDate.extension[0].url`).
   */
  readonly expression: string;
  /** What was expected. Never repeats what was found. */
  readonly diagnostics: string;
}

/** What is wrong with a single value: the same object for every value that fails in the same way. */
export interface ValueFault {
  readonly code: ValidationIssueCode;
  readonly diagnostics: string;
}

/** Returns what is wrong with a value; undefined when nothing is. Linear in the value's length. */
export type ValueCheck = (value: unknown) => ValueFault | undefined;
