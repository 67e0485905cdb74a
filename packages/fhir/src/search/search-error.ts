/** One thing that is wrong with a query. */
export interface SearchIssue {
  readonly code: 'invalid' | 'value' | 'not-supported' | 'too-costly' | 'too-long' | 'required';
  /** For a person; names parameters, never their values. */
  readonly diagnostics: string;
  /** The parameter as it was given, with its modifier. */
  readonly parameter: string;
}

/** A query that cannot be carried out as it was meant. */
export class SearchError extends Error {
  constructor(readonly issues: readonly SearchIssue[]) {
    super(issues.map(({ diagnostics }) => diagnostics).join(' '));
    this.name = 'SearchError';
  }

  static of(code: SearchIssue['code'], parameter: string, diagnostics: string): SearchError {
    return new SearchError([{ code, parameter, diagnostics }]);
  }
}
