import type { InterruptSignal } from '../context.js';
import { ExitStatus } from '../errors.js';
import type { Refusal } from './model.js';
import { count, duration } from './progress.js';
import type { Tally } from './tally.js';

/** How a load ended. */
export interface LoadResult {
  readonly url: string;
  readonly tally: Tally;
  readonly finishedAtMs: number;
  readonly journalPath: string;
  /** Absent when nothing was refused. */
  readonly reportPath?: string;
  /** The first lines of the report. */
  readonly firstRefusals: readonly Refusal[];
  readonly interruptedBy: InterruptSignal | undefined;
}

export function exitStatusOfLoad({ interruptedBy, tally }: LoadResult): ExitStatus {
  if (interruptedBy !== undefined) {
    return interruptedBy === 'SIGINT' ? ExitStatus.interrupted : ExitStatus.terminated;
  }
  return tally.refused > 0 ? ExitStatus.refused : ExitStatus.ok;
}

/** The report for machines. Names are part of the command's interface; times in milliseconds. */
export function summaryAsJson(result: LoadResult): string {
  const { tally } = result;
  return JSON.stringify({
    url: result.url,
    complete: result.interruptedBy === undefined,
    files: tally.filesTotal,
    filesDone: tally.filesDone,
    resources: tally.accepted,
    resourcesLoadedEarlier: tally.acceptedEarlier,
    refused: tally.refused,
    requests: tally.requests,
    retries: tally.retries,
    durationMs: result.finishedAtMs - tally.startedAtMs,
    resourcesPerSecond: Math.round(tally.rateAt(result.finishedAtMs)),
    journal: result.journalPath,
    report: result.reportPath ?? null,
  });
}

/** The summary for people. */
export function summaryAsText(result: LoadResult): string {
  const { tally } = result;
  const seconds = (result.finishedAtMs - tally.startedAtMs) / 1000;
  const lines = [
    `${count(tally.accepted)} resources loaded in ${duration(seconds)} (${count(Math.round(tally.rateAt(result.finishedAtMs)))}/s), ` +
      `${count(tally.filesDone)} of ${count(tally.filesTotal)} files, ${count(tally.refused)} refused.`,
  ];
  if (tally.acceptedEarlier > 0) {
    lines.push(
      `${count(tally.acceptedEarlier)} resources had been loaded before and were skipped (--fresh loads them again).`,
    );
  }
  if (result.reportPath !== undefined) {
    lines.push(
      ...result.firstRefusals.map((refusal) => `  ${describeRefusal(refusal)}`),
      `All refusals: ${result.reportPath}`,
    );
  }
  if (result.interruptedBy !== undefined) {
    lines.push('Interrupted. Run the same command again to go on from here; nothing will be loaded twice.');
  }
  return lines.join('\n');
}

/** One line: where, status, and what the server said first. */
export function describeRefusal({ file, line, entry, status, issues }: Refusal): string {
  const place = `${file}${line === undefined ? '' : `:${line}`}${entry === undefined ? '' : ` entry ${entry}`}`;
  const [issue] = issues;
  const where = issue?.expression?.[0] === undefined ? '' : ` at ${issue.expression[0]}`;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return printable(
    `${place}: ${status ?? 'not sent'} ${issue?.code ?? ''}${where}: ${issue?.diagnostics ?? ''}${more}`,
  );
}

/** What a server or a file name says must not drive the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}
