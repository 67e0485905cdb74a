import {
  ArgumentScannerError,
  buildApplication,
  buildRouteMap,
  proposeCompletions,
  run,
  text_en,
  type Application,
} from '@stricli/core';
import { completionCommand } from './commands/completion/command.js';
import { loadCommand } from './commands/load/command.js';
import type { CliContext } from './context.js';
import { CommandError, describeError, ExitStatus, exitStatusOf } from './errors.js';
import { readVersion } from './version.js';

/** Every command of healthctl; one folder of `commands/` each. */
const routes = buildRouteMap<'load' | 'completion', CliContext>({
  routes: { load: loadCommand, completion: completionCommand },
  docs: { brief: "The operator's command line of the Healthcare Backend" },
});

const helpHint = 'healthctl: see healthctl --help, and --help after a command.';

function buildHealthctl(): Application<CliContext> {
  return buildApplication(routes, {
    name: 'healthctl',
    versionInfo: { getCurrentVersion: readVersion },
    scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
    documentation: { onlyRequiredInUsageLine: true },
    localization: {
      text: {
        ...text_en,
        exceptionWhileRunningCommand: describeError,
        commandErrorResult: describeError,
        exceptionWhileParsingArguments: (error, ansiColor) =>
          error instanceof ArgumentScannerError
            ? `${text_en.exceptionWhileParsingArguments.call({ formatException: describeCause }, error, ansiColor)}\n${helpHint}`
            : describeError(error),
      },
    },
    determineExitCode: exitStatusOf,
  });
}

/**
 * Runs one command line and leaves its exit code in `context.process.exitCode`.
 *
 * @param inputs the arguments after the program's name
 */
export async function runHealthctl(inputs: readonly string[], context: CliContext): Promise<void> {
  const app = buildHealthctl();
  if (inputs[0] === '__complete') {
    for (const { completion } of await proposeCompletions(app, inputs.slice(1), context)) {
      context.process.stdout.write(`${completion}\n`);
    }
    return;
  }
  await run(app, inputs, context);
  // The framework's own codes are negative; they would come out of the process as 250 and the like.
  const { exitCode } = context.process;
  if (typeof exitCode === 'number' && exitCode < 0) {
    context.process.exitCode = exitCode === -4 || exitCode === -5 ? ExitStatus.usage : ExitStatus.bug;
  }
}

function describeCause(error: unknown): string {
  return error instanceof CommandError || error instanceof Error ? error.message : String(error);
}
