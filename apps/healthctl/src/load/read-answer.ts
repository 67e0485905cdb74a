import type { ReportedIssue } from './model.js';

/** What the server did with one entry. */
export interface EntryAnswer {
  readonly index: number;
  readonly status: number;
  readonly issues: readonly ReportedIssue[];
}

export type BundleAnswer =
  /** The bundle was taken; of a batch, some entries may have been refused. */
  | { readonly kind: 'taken'; readonly refused: readonly EntryAnswer[] }
  /** Nothing of it was stored. */
  | { readonly kind: 'refused'; readonly status: number; readonly issues: readonly ReportedIssue[] };

/**
 * Reads the answer to a bundle. A success is believed only when there is an answer for each entry that was sent: a
 * proxy that says 200 is not a server that stored something.
 */
export function readBundleAnswer(status: number, text: string, entriesSent: number): BundleAnswer {
  const body = parse(text);
  if (status < 200 || status >= 300) {
    return { kind: 'refused', status, issues: issuesOf(body) ?? [noOutcome(status)] };
  }
  const entries = body?.['resourceType'] === 'Bundle' ? (body['entry'] ?? []) : undefined;
  if (!Array.isArray(entries) || entries.length !== entriesSent) {
    const diagnostics = `The answer has status ${status}, but is not a bundle with an entry for each of the ${entriesSent} sent.`;
    return { kind: 'refused', status, issues: [{ severity: 'error', code: 'processing', diagnostics }] };
  }
  const answers = entries.map((entry, index) => readEntry(asObject(entry), index));
  return { kind: 'taken', refused: answers.filter((answer) => answer.status < 200 || answer.status >= 300) };
}

function readEntry(entry: Record<string, unknown> | undefined, index: number): EntryAnswer {
  const response = asObject(entry?.['response']);
  // `201 Created`: the code leads, the words are decoration.
  const status = Number.parseInt(typeof response?.['status'] === 'string' ? response['status'] : '', 10) || 0;
  const issues = issuesOf(asObject(response?.['outcome'])) ?? [noOutcome(status)];
  return { index, status, issues: status >= 200 && status < 300 ? [] : issues };
}

function issuesOf(body: Record<string, unknown> | undefined): readonly ReportedIssue[] | undefined {
  const issues = body?.['resourceType'] === 'OperationOutcome' ? body['issue'] : undefined;
  if (!Array.isArray(issues) || issues.length === 0) {
    return undefined;
  }
  return issues.map((item) => {
    const issue = asObject(item) ?? {};
    const expression = Array.isArray(issue['expression'])
      ? issue['expression'].filter((path): path is string => typeof path === 'string')
      : [];
    return {
      severity: textOf(issue['severity']) ?? 'error',
      code: textOf(issue['code']) ?? 'unknown',
      diagnostics: textOf(issue['diagnostics']) ?? textOf(asObject(issue['details'])?.['text']) ?? '',
      ...(expression.length === 0 ? {} : { expression }),
    };
  });
}

function noOutcome(status: number): ReportedIssue {
  return {
    severity: 'error',
    code: 'unknown',
    diagnostics: `The server answered ${status} without an OperationOutcome.`,
  };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
