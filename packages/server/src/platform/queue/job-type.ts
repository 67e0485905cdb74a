import { z } from 'zod';

/** What every payload carries, so that a job acts in its clinic and its log lines are found by the request. */
const origin = {
  tenantId: z.int().positive(),
  requestId: z.string().min(1).max(64),
};

/** Fields that every job has beside its own. */
export interface JobOrigin {
  readonly tenantId: number;
  readonly requestId: string;
}

/** A type of job: its name in the queue and what its payload must look like. Payloads carry ids, never health data. */
export interface JobType<Data extends object = object> {
  /** As in the table platform.job_type. */
  readonly name: string;
  readonly payload: z.ZodType<Data & JobOrigin>;
  /** The time that one run may take; after that it is aborted, and a worker in which it goes on all the same is unwell. */
  readonly timeoutMs: number;
  /** Jobs with a smaller number are taken first. */
  readonly priority: number;
}

/**
 * Declares a type of job.
 *
 * @param shape The fields of its payload beside tenant and request.
 */
export function defineJobType<Shape extends z.ZodRawShape>(
  name: string,
  shape: Shape,
  options: { readonly timeoutMs: number; readonly priority?: number },
): JobType<z.output<z.ZodObject<Shape>>> {
  return {
    name,
    payload: z.strictObject({ ...origin, ...shape }) as unknown as z.ZodType<z.output<z.ZodObject<Shape>> & JobOrigin>,
    timeoutMs: options.timeoutMs,
    priority: options.priority ?? 0,
  };
}
