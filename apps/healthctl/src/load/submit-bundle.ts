import { idempotencyKey } from './idempotency-key.js';
import type { LoadJob } from './load-job.js';
import type { LoadFile, Refusal, ReportedIssue } from './model.js';
import { readBundleAnswer } from './read-answer.js';
import { readJsonFile } from './read-json-file.js';
import { unreadable } from './work-items.js';

/** `deferred`: refused, but it may be taken once the other files are in. */
export type BundleResult = 'finished' | 'deferred';

/**
 * Sends one .json file, unless the journal has it.
 *
 * @param mayDefer whether a refusal of a bundle with conditional references is kept back rather than reported
 * @throws {External} | {Interrupted} as {@link FhirEndpoint.submit}
 */
export async function submitBundle(job: LoadJob, file: LoadFile, mayDefer: boolean): Promise<BundleResult> {
  const submission = await readJsonFile(file).catch((error: unknown) => {
    const problem = unreadable(error);
    if (problem === undefined) {
      throw error;
    }
    return { problem };
  });
  if ('problem' in submission) {
    await job.refuse({
      file: file.name,
      issues: [{ severity: 'error', code: 'structure', diagnostics: submission.problem }],
    });
    return 'finished';
  }
  const { contentHash, fullUrls, body } = submission;
  const range = { from: 0, to: fullUrls.length };
  const earlier = job.journal.outcomeOf(contentHash, range);
  if (earlier !== undefined) {
    await job.acceptEarlier(file, earlier);
    return 'finished';
  }
  const key = idempotencyKey({ contentHash, range, generation: job.journal.generation });
  const response = await job.endpoint.submit(body, key);
  const answer = readBundleAnswer(response.status, response.text, fullUrls.length);
  if (answer.kind === 'taken') {
    const refused = answer.refused.map(({ index, ...rest }) => ({
      entry: index,
      ...fullUrlAt(fullUrls, index),
      ...rest,
    }));
    await job.accept(file, contentHash, { ...range, accepted: fullUrls.length - refused.length, refused });
    return 'finished';
  }
  if (mayDefer && submission.hasConditionalReferences && answer.status < 500) {
    return 'deferred';
  }
  const refusals = refusalsOfBundle(file, fullUrls, answer.status, answer.issues);
  for (const [position, refusal] of refusals.entries()) {
    // All its entries count as refused, once; the report has a line for each that is at fault.
    await job.refuse(refusal, position === 0 ? fullUrls.length : 0);
  }
  return 'finished';
}

/**
 * The lines of the report for a bundle refused as a whole: one for each entry that an issue points at
 * (`Bundle.entry[3].resource.status`), one for the bundle when issues point at none.
 */
function refusalsOfBundle(
  file: LoadFile,
  fullUrls: readonly (string | undefined)[],
  status: number,
  issues: readonly ReportedIssue[],
): Refusal[] {
  const byEntry = Map.groupBy(issues, (issue) => {
    const index = /^Bundle\.entry\[(\d+)\]/.exec(issue.expression?.[0] ?? '')?.[1];
    return index === undefined ? undefined : Number(index);
  });
  return [...byEntry].map(([entry, entryIssues]) => ({
    file: file.name,
    ...(entry === undefined ? {} : { entry, ...fullUrlAt(fullUrls, entry) }),
    status,
    issues: entryIssues,
  }));
}

function fullUrlAt(fullUrls: readonly (string | undefined)[], index: number): { fullUrl?: string } {
  const fullUrl = fullUrls[index];
  return fullUrl === undefined ? {} : { fullUrl };
}
