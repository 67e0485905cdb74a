import type { JobOrigin, JobType } from './job-type.js';

/** What a handler knows of the run at hand. */
export interface JobRun {
  /** Counts from 1; a run that a crash or a shutdown cut short does not count. */
  readonly attempt: number;
  /** Aborted when the type's time is over or the worker must stop: the job is tried again later. */
  readonly signal: AbortSignal;
}

/**
 * Carries out jobs of one type. A job may run more than once, also twice at the same time: what it does must be the same
 * done again. To throw is to be tried again, later each time.
 */
export interface JobHandler<Data extends object = object> {
  readonly type: JobType<Data>;
  run(payload: Data & JobOrigin, run: JobRun): Promise<void>;
}

/** A handler of any type, as the worker holds them. */
// oxlint-disable-next-line typescript/no-explicit-any -- each handler is called with what its own type has parsed
export type AnyJobHandler = JobHandler<any>;

/** Injection token of the list of handlers. */
export const JOB_HANDLERS = Symbol('job handlers');

/**
 * Checks that there is exactly one handler for each type.
 *
 * @throws {Error} naming the types that have none or several, and handlers of no type.
 */
export function requireOneHandlerEach(types: readonly JobType[], handlers: readonly AnyJobHandler[]): void {
  const problems = types.flatMap(({ name }) => {
    const count = handlers.filter((handler) => handler.type.name === name).length;
    return count === 1 ? [] : [`the job type ${name} has ${count} handlers`];
  });
  const known = new Set(types.map(({ name }) => name));
  problems.push(
    ...handlers
      .filter(({ type }) => !known.has(type.name))
      .map(({ type }) => `${type.name} is no job type that is known`),
  );
  if (new Set(types.map(({ name }) => name)).size < types.length) {
    problems.push('two job types have the same name');
  }
  if (problems.length > 0) {
    throw new Error(`There must be exactly one handler a job type: ${problems.join('; ')}.`);
  }
}
