import type { JobHelpers, Task } from 'graphile-worker';
import { describeError, type Logger, runInContext } from '../platform/logging/index.js';
import type { AnyJobHandler } from '../platform/queue/index.js';

/**
 * A handler as graphile-worker calls it: checks the payload, binds the request id, bounds the time, logs.
 *
 * What is thrown to the queue ends up in its tables (last_error), so it names the kind of the failure and nothing else.
 */
export function taskOf(handler: AnyJobHandler, logger: Logger): Task {
  const { type } = handler;
  return async (raw, helpers) => {
    const read = type.payload.safeParse(raw);
    if (!read.success) {
      logger.error({ job: helpers.job.id, type: type.name }, 'job has a payload that its type does not allow');
      throw new Error('The payload does not fit the type.');
    }
    await runInContext({ requestId: read.data.requestId }, () => runOnce(handler, read.data, helpers, logger));
  };
}

async function runOnce(handler: AnyJobHandler, payload: object, helpers: JobHelpers, logger: Logger): Promise<void> {
  const { job } = helpers;
  const fields = { job: job.id, type: handler.type.name, attempt: job.attempts };
  const startedMs = performance.now();
  const bound = boundSignal(handler.type.timeoutMs, helpers.abortSignal);
  try {
    await handler.run(payload, { attempt: job.attempts, signal: bound.signal });
    logger.info({ ...fields, durationMs: Math.round(performance.now() - startedMs) }, 'job done');
  } catch (error) {
    if (helpers.abortSignal.aborted) {
      await giveBack(helpers);
      logger.info(fields, 'job given back, as the worker stops');
    } else {
      logger.warn({ ...fields, err: error }, 'job failed, will be tried again');
    }
    throw new Error(kindOf(error), { cause: error });
  } finally {
    bound.release();
  }
}

/** As if it had not been taken. The queue then finds the job not its own any more, and counts no failure. */
async function giveBack(helpers: JobHelpers): Promise<void> {
  const { job } = helpers;
  await helpers.query(
    `update graphile_worker._private_jobs
      set locked_at = null, locked_by = null, attempts = greatest(attempts - 1, 0)
      where id = $1 and locked_by = $2`,
    [job.id, job.locked_by],
  );
}

/** Not AbortSignal.any: a signal that lives as long as the process would collect one dependant a job. */
function boundSignal(timeoutMs: number, outer: AbortSignal): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  outer.addEventListener('abort', abort);
  if (outer.aborted) {
    abort();
  }
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      outer.removeEventListener('abort', abort);
    },
  };
}

function kindOf(error: unknown): string {
  const { type, code } = describeError(error);
  return typeof code === 'string' ? `${String(type)} ${code}` : String(type);
}
