export { enqueue, type EnqueueOptions, type NewJob } from './enqueue.js';
export { installQueue } from './install-queue.js';
export {
  type AnyJobHandler,
  JOB_HANDLERS,
  type JobHandler,
  type JobRun,
  requireOneHandlerEach,
} from './job-handler.js';
export { defineJobType, type JobOrigin, type JobType } from './job-type.js';
