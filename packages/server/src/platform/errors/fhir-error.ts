/** Values of OperationOutcome.issue.code that the server uses (http://hl7.org/fhir/R4/valueset-issue-type.html). */
export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'invariant'
  | 'security'
  | 'login'
  | 'expired'
  | 'forbidden'
  | 'suppressed'
  | 'processing'
  | 'not-supported'
  | 'duplicate'
  | 'multiple-matches'
  | 'not-found'
  | 'deleted'
  | 'too-long'
  | 'code-invalid'
  | 'extension'
  | 'too-costly'
  | 'business-rule'
  | 'conflict'
  | 'transient'
  | 'lock-error'
  | 'no-store'
  | 'exception'
  | 'timeout'
  | 'throttled'
  | 'informational';

export interface OutcomeIssue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  readonly code: IssueCode;
  /** For a person; never carries values of the resource. */
  readonly diagnostics: string;
  /** FHIRPath of the element at fault, e.g. `Patient.name[0].given[1]`. */
  readonly expression?: readonly string[];
}

/** An OperationOutcome as it goes over the wire. */
export interface OperationOutcome {
  readonly resourceType: 'OperationOutcome';
  readonly issue: readonly OutcomeIssue[];
}

/**
 * A refusal that the caller may see. Everything else that is thrown is a fault of ours: it is logged and answered
 * with a bare 500.
 */
export class FhirError extends Error {
  readonly issues: readonly OutcomeIssue[];

  constructor(
    readonly status: number,
    issues: OutcomeIssue | readonly OutcomeIssue[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    const list = Array.isArray(issues) ? (issues as readonly OutcomeIssue[]) : [issues as OutcomeIssue];
    super(list.map((issue) => issue.diagnostics).join('; '));
    this.name = 'FhirError';
    this.issues = list;
  }

  /** One error-level issue. */
  static of(status: number, code: IssueCode, diagnostics: string, expression?: string): FhirError {
    return new FhirError(status, {
      severity: 'error',
      code,
      diagnostics,
      ...(expression === undefined ? {} : { expression: [expression] }),
    });
  }

  get outcome(): OperationOutcome {
    return { resourceType: 'OperationOutcome', issue: this.issues };
  }
}
