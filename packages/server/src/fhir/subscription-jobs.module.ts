import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../platform/config/index.js';
import { Database } from '../platform/database/index.js';
import { LOGGER, type Logger } from '../platform/logging/index.js';
import { CONFIG } from '../platform/platform.module.js';
import { type AnyJobHandler, JOB_HANDLERS } from '../platform/queue/index.js';
import { FhirModule } from './fhir.module.js';
import { ResourceWrites } from './interactions/index.js';
import { ResourceReader } from './storage/index.js';
import {
  DELIVERY_TIMEOUT_MS,
  DeliverNotification,
  NetworkPolicy,
  NotificationSender,
  SubscriptionStore,
  UpdateSubscriptionStatus,
} from './subscriptions/index.js';

const CONNECT_TIMEOUT_MS = 5_000;

/** The handlers of the jobs that subscriptions make: what a worker runs. */
@Module({
  imports: [FhirModule],
  providers: [
    {
      provide: NotificationSender,
      inject: [CONFIG],
      useFactory: (config: Config) =>
        new NotificationSender(new NetworkPolicy(config.subscriptions.allowedNetworks), {
          connectTimeoutMs: CONNECT_TIMEOUT_MS,
          timeoutMs: DELIVERY_TIMEOUT_MS,
        }),
    },
    {
      provide: JOB_HANDLERS,
      inject: [CONFIG, LOGGER, Database, ResourceReader, ResourceWrites, NotificationSender],
      useFactory: (
        config: Config,
        logger: Logger,
        database: Database,
        reader: ResourceReader,
        writes: ResourceWrites,
        sender: NotificationSender,
      ): readonly AnyJobHandler[] => {
        const store = new SubscriptionStore(reader, writes);
        return [
          new DeliverNotification(database, reader, store, sender, config.subscriptions.maxAttempts, logger),
          new UpdateSubscriptionStatus(database, store),
        ];
      },
    },
  ],
  exports: [JOB_HANDLERS],
})
export class SubscriptionJobsModule implements OnApplicationShutdown {
  constructor(@Inject(NotificationSender) private readonly sender: NotificationSender) {}

  async onApplicationShutdown(): Promise<void> {
    await this.sender.close();
  }
}
