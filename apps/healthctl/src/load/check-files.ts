import type { LoadFile, Refusal } from './model.js';
import { readJsonFile } from './read-json-file.js';
import { readLines } from './read-lines.js';
import { readLine } from './submit-lines.js';
import { maxLineBytes, unreadable } from './work-items.js';

export interface CheckSummary {
  readonly files: number;
  readonly resources: number;
  /** Type name → how many. */
  readonly resourcesByType: Readonly<Record<string, number>>;
  readonly problems: number;
}

/** Reads everything that a load would send, without a server. Whether the server would take it, only the server knows. */
export async function checkFiles(
  files: readonly LoadFile[],
  onProblem: (refusal: Refusal) => Promise<void>,
): Promise<CheckSummary> {
  const byType = new Map<string, number>();
  let problems = 0;
  const count = (type: string): void => {
    byType.set(type, (byType.get(type) ?? 0) + 1);
  };
  const report = async (problem: string, place: Pick<Refusal, 'file' | 'line'>): Promise<void> => {
    problems += 1;
    await onProblem({ ...place, issues: [{ severity: 'error', code: 'structure', diagnostics: problem }] });
  };
  for (const file of files) {
    try {
      if (file.kind === 'json') {
        const submission = await readJsonFile(file);
        if ('problem' in submission) {
          await report(submission.problem, { file: file.name });
        } else {
          submission.resourceTypes.forEach(count);
        }
        continue;
      }
      for await (const line of readLines(file, maxLineBytes)) {
        if (line.bytes?.toString('latin1').trim() === '') {
          continue;
        }
        const resource = readLine(line);
        if ('problem' in resource) {
          await report(resource.problem, { file: file.name, line: line.number });
        } else {
          count(resource.resourceType);
        }
      }
    } catch (error) {
      const problem = unreadable(error);
      if (problem === undefined) {
        throw error;
      }
      await report(problem, { file: file.name });
    }
  }
  const sorted = [...byType].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    files: files.length,
    resources: sorted.reduce((sum, [, resources]) => sum + resources, 0),
    resourcesByType: Object.fromEntries(sorted),
    problems,
  };
}
