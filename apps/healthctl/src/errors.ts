/**
 * Exit codes of every command. Scripts depend on them: a number is never given another meaning.
 */
export const ExitStatus = {
  /** Everything that was asked for was done. */
  ok: 0,
  /** The command ran to its end, and something was refused; the report names each. */
  refused: 1,
  /** The command line, a file or a setting is wrong: nothing will change by trying again. */
  usage: 2,
  /** Something outside did not work: server unreachable, sign-in failed. Trying again may help. */
  external: 3,
  /** A fault of healthctl itself (EX_SOFTWARE of sysexits.h). */
  bug: 70,
  /** 128 + SIGINT. */
  interrupted: 130,
  /** 128 + SIGTERM. */
  terminated: 143,
} as const;

export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

/** An end that was foreseen: a sentence for the operator, what to do next, and the exit code. */
export abstract class CommandError extends Error {
  abstract readonly exitStatus: ExitStatus;

  constructor(
    message: string,
    /** What the operator can do, most likely first; one command or sentence each. */
    readonly nextSteps: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The operator asked for something that cannot be: wrong arguments, a missing file, a damaged journal. */
export class Abort extends CommandError {
  readonly exitStatus = ExitStatus.usage;
}

/** Something that healthctl talks to failed: a server, its sign-in, the network. */
export class External extends CommandError {
  readonly exitStatus = ExitStatus.external;
}

/** A case that cannot be, if healthctl were right. */
export class Bug extends CommandError {
  readonly exitStatus = ExitStatus.bug;
}

/** Exit code for whatever a command threw; what was not foreseen is a bug. */
export function exitStatusOf(error: unknown): ExitStatus {
  return error instanceof CommandError ? error.exitStatus : ExitStatus.bug;
}

/** The lines an operator reads. The stack is shown for bugs only: elsewhere it hides the sentence that matters. */
export function describeError(error: unknown): string {
  if (error instanceof CommandError && !(error instanceof Bug)) {
    return [`healthctl: ${error.message}`, ...error.nextSteps.map((step) => `  → ${step}`)].join('\n');
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `healthctl: this is a bug in healthctl; please report it with these lines.\n${detail}`;
}
