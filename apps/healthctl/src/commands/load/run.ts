import type { CliContext } from '../../context.js';
import { ExitStatus } from '../../errors.js';
import { checkFiles } from '../../load/check-files.js';
import { discoverFiles } from '../../load/discover-files.js';
import { count } from '../../load/progress.js';
import { runLoad } from '../../load/run-load.js';
import { describeRefusal, exitStatusOfLoad, summaryAsJson, summaryAsText } from '../../load/summary.js';

export interface LoadFlags {
  readonly url: string | undefined;
  readonly clientFile: string | undefined;
  readonly clientId: string | undefined;
  readonly tokenUrl: string | undefined;
  readonly scope: string | undefined;
  readonly concurrency: number;
  readonly batchSize: number;
  readonly retries: number;
  readonly timeout: number;
  readonly report: string | undefined;
  readonly state: string | undefined;
  readonly fresh: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `healthctl load`: progress goes to standard error, the summary to standard output. */
export async function run(context: CliContext, flags: LoadFlags, paths: readonly string[]): Promise<void> {
  const { stdout } = context.process;
  if (flags.dryRun) {
    await check(context, paths, flags.json);
    return;
  }
  const result = await runLoad(context, {
    paths,
    server: flags,
    concurrency: flags.concurrency,
    batchSize: flags.batchSize,
    retries: flags.retries,
    timeoutMs: flags.timeout * 1000,
    statePath: flags.state,
    reportPath: flags.report,
    fresh: flags.fresh,
  });
  stdout.write(`${flags.json ? summaryAsJson(result) : summaryAsText(result)}\n`);
  context.process.exitCode = exitStatusOfLoad(result);
}

async function check(context: CliContext, paths: readonly string[], json: boolean): Promise<void> {
  const { stdout, stderr } = context.process;
  const files = await discoverFiles(paths, context.cwd);
  const summary = await checkFiles(files, async (problem) => {
    stderr.write(`${describeRefusal(problem)}\n`);
  });
  const types = Object.entries(summary.resourcesByType).map(
    ([type, resources]) => `  ${type.padEnd(28)} ${count(resources)}`,
  );
  const text = [
    `${count(summary.resources)} resources in ${count(summary.files)} files, ${count(summary.problems)} that cannot be sent.`,
    ...types,
  ].join('\n');
  stdout.write(`${json ? JSON.stringify(summary) : text}\n`);
  context.process.exitCode = summary.problems > 0 ? ExitStatus.refused : ExitStatus.ok;
}
