import { type DynamicModule, Module } from '@nestjs/common';
import { SubscriptionJobsModule, subscriptionDelivery, subscriptionStatus } from '../fhir/index.js';
import type { Logger } from '../platform/logging/index.js';
import type { Config } from '../platform/config/index.js';
import { Database } from '../platform/database/index.js';
import { PlatformModule } from '../platform/platform.module.js';
import type { JobType } from '../platform/queue/index.js';
import type { Lifecycle } from '../platform/shutdown/index.js';

/** Every type of job that the code knows, from all features. Each needs one handler, and a row in platform.job_type. */
export const JOB_TYPES: readonly JobType[] = [subscriptionDelivery, subscriptionStatus];

/** Everything that the worker process runs. */
@Module({})
export class WorkerModule {
  static of(parts: { config: Config; logger: Logger; database: Database; lifecycle: Lifecycle }): DynamicModule {
    return { module: WorkerModule, imports: [PlatformModule.of(parts), SubscriptionJobsModule] };
  }
}
