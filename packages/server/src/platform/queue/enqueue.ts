import { randomUUID } from 'node:crypto';
import type { Tx } from '../database/index.js';
import { currentRequestId } from '../logging/index.js';
import type { JobType } from './job-type.js';

/** A job to be done once the transaction at hand has committed. */
export interface NewJob<Data extends object> {
  readonly data: Data;
  /** Of jobs that wait under the same key only the last is kept (at most 512 characters). */
  readonly key?: string;
}

export interface EnqueueOptions {
  /** Runs until the job counts as failed for good. */
  readonly maxAttempts?: number;
  /** Not before; default: as soon as the transaction has committed. */
  readonly runAt?: Date;
}

const MAX_ATTEMPTS = 25;

/**
 * Enqueues jobs inside a transaction that is bound to a clinic: they are there if and only if it commits.
 *
 * @throws {ZodError} for data that do not fit the type; a database error when `tenantId` is not the transaction's.
 */
export async function enqueue<Data extends object>(
  tx: Tx,
  type: JobType<Data>,
  tenantId: number,
  jobs: readonly NewJob<Data>[],
  options: EnqueueOptions = {},
): Promise<void> {
  if (jobs.length === 0) {
    return;
  }
  const requestId = currentRequestId() ?? randomUUID();
  const payloads = jobs.map(({ data }) => JSON.stringify(type.payload.parse({ ...data, tenantId, requestId })));
  await tx.prepared(ENQUEUE.name, ENQUEUE.text, [
    type.name,
    payloads,
    jobs.map(({ key }) => key ?? null),
    options.maxAttempts ?? MAX_ATTEMPTS,
    type.priority,
    options.runAt?.toISOString() ?? null,
  ]);
}

const ENQUEUE = {
  name: 'enqueue_jobs',
  text: 'select platform.enqueue_jobs($1::text, $2::json[], $3::text[], $4::integer, $5::integer, $6::timestamptz)',
};
