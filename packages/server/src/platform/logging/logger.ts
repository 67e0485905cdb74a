import { pino, type Logger as PinoLogger } from 'pino';
import { currentRequestId } from './request-context.js';

export type Logger = PinoLogger;

/** Injection token of the process's logger. */
export const LOGGER = Symbol('logger');

export interface LoggerOptions {
  readonly level: string;
  /** Role of the process, e.g. `api`; on every line. */
  readonly role: string;
  /** Where lines go; standard output unless a test collects them. */
  readonly destination?: { write(line: string): void };
}

/**
 * JSON lines with the id of the request they belong to.
 *
 * Health data is kept out by what is logged, not by masking afterwards: errors are reduced to their class, code and
 * stack, since a database's `detail` and a parser's message quote the data they failed on.
 */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { role: options.role, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const requestId = currentRequestId();
        return requestId === undefined ? {} : { requestId };
      },
      serializers: { err: describeError, error: describeError },
    },
    options.destination ?? pino.destination(1),
  );
}

/**
 * What may be logged of an error: its class, its code, where it happened.
 *
 * The message is left out for errors of the database and of parsers, which quote values of rows and bodies.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) {
    return { type: typeof error };
  }
  const { code, constraint, table } = error as Error & { code?: unknown; constraint?: unknown; table?: unknown };
  const quotesData = error instanceof SyntaxError || 'severity' in error;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    ...(quotesData ? {} : { message: error.message }),
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(table === undefined ? {} : { table }),
    stack: frames.slice(0, 12).join('\n'),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
