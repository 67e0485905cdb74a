import { transactionOf, type ResourceLine } from './bundle-request.js';
import { Bug } from '../errors.js';
import { Interrupted } from './fhir-endpoint.js';
import type { LineGroup } from './group-lines.js';
import { idempotencyKey } from './idempotency-key.js';
import type { LoadJob } from './load-job.js';
import type { EntryRange, LoadFile } from './model.js';
import { decodeUtf8, parseResource } from './parse-resource.js';
import { readBundleAnswer } from './read-answer.js';
import type { Line } from './read-lines.js';
import { maxLineBytes } from './work-items.js';

/**
 * Sends one group of lines of an NDJSON file, unless the journal has it. A group that the server refuses is halved
 * until the lines at fault stand alone: the others are loaded, and the report names the lines. That costs about
 * 2·log₂(group) requests a refused line, and nothing where nothing is refused.
 *
 * @throws {External} | {Interrupted} as {@link FhirEndpoint.submit}
 */
export async function submitLines(job: LoadJob, file: LoadFile, contentHash: string, group: LineGroup): Promise<void> {
  const range = rangeOf(group.lines.map(({ number }) => number));
  const earlier = job.journal.outcomeOf(contentHash, range);
  if (earlier !== undefined && earlier.accepted === group.lines.length) {
    await job.acceptEarlier(file, earlier);
    return;
  }
  const resources: ResourceLine[] = [];
  for (const line of group.lines) {
    const resource = readLine(line);
    if ('problem' in resource) {
      const issues = [{ severity: 'error', code: 'structure', diagnostics: resource.problem }];
      await job.refuse({ file: file.name, line: line.number, issues });
    } else {
      resources.push(resource);
    }
  }
  if (resources.length > 0) {
    await submitRange(job, file, contentHash, resources, range);
  }
}

async function submitRange(
  job: LoadJob,
  file: LoadFile,
  contentHash: string,
  lines: readonly ResourceLine[],
  range: EntryRange,
): Promise<void> {
  const earlier = job.journal.outcomeOf(contentHash, range);
  if (earlier !== undefined) {
    await job.acceptEarlier(file, earlier);
    return;
  }
  if (!job.journal.wasSplit(contentHash, range)) {
    const key = idempotencyKey({ contentHash, range, generation: job.journal.generation });
    const response = await job.endpoint.submit(transactionOf(lines), key);
    const answer = readBundleAnswer(response.status, response.text, lines.length);
    if (answer.kind === 'taken') {
      const refused = answer.refused.map(({ index, ...rest }) => ({ line: lines[index]?.line ?? range.from, ...rest }));
      await job.accept(file, contentHash, { ...range, accepted: lines.length - refused.length, refused });
      return;
    }
    if (lines.length === 1) {
      await job.refuse({ file: file.name, line: range.from, status: answer.status, issues: answer.issues });
      return;
    }
    // On the disk before the first half goes out: were the whole sent again after a kill, and taken this time because
    // something changed at the server, the half that was already in would be there twice.
    await job.journal.recordSplit(contentHash, range);
  }
  const middle = Math.ceil(lines.length / 2);
  for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
    if (job.stopping.aborted) {
      throw new Interrupted();
    }
    await submitRange(job, file, contentHash, half, rangeOf(half.map(({ line }) => line)));
  }
}

function rangeOf(lineNumbers: readonly number[]): EntryRange {
  const [first, last] = [lineNumbers[0], lineNumbers.at(-1)];
  if (first === undefined || last === undefined) {
    throw new Bug('a group has no lines');
  }
  return { from: first, to: last + 1 };
}

/** A line's resource, or what keeps it from being one. Also what a dry run looks at. */
export function readLine(line: Line): ResourceLine | { readonly problem: string } {
  if (line.bytes === undefined) {
    return { problem: `The line is longer than ${maxLineBytes / 1024 / 1024} MiB.` };
  }
  const text = decodeUtf8(line.bytes);
  if (text === undefined) {
    return { problem: 'The line is not UTF-8.' };
  }
  const resource = parseResource(text);
  if ('problem' in resource) {
    return resource;
  }
  const { resourceType, id } = resource;
  return { resourceType, text, line: line.number, ...(id === undefined ? {} : { id }) };
}
