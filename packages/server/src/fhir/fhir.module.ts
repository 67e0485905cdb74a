import { Module } from '@nestjs/common';
import { CONFIG } from '../platform/platform.module.js';
import type { Config } from '../platform/config/index.js';
import { Database } from '../platform/database/index.js';
import { LOGGER, type Logger } from '../platform/logging/index.js';
import {
  FhirService,
  IdempotencyRetention,
  ResourceWrites,
  type WriteObserver,
  WRITE_OBSERVERS,
} from './interactions/index.js';
import { FhirController } from './rest/fhir.controller.js';
import { MetadataController } from './rest/metadata.controller.js';
import { ConditionMatcher, SearchReader } from './search/index.js';
import { HistoryReader, ResourceKeys, ResourceReader, ResourceWriter } from './storage/index.js';
import { NetworkPolicy, SubscriptionObserver } from './subscriptions/index.js';
import { BatchProcessor, TransactionProcessor } from './transactions/index.js';

/** FHIR R4: storage, search, interactions and bundles, and the REST API over them. */
@Module({
  controllers: [MetadataController, FhirController],
  providers: [
    { provide: ResourceReader, inject: [Database], useFactory: (database: Database) => new ResourceReader(database) },
    {
      provide: ResourceWriter,
      inject: [CONFIG],
      useFactory: (config: Config) => new ResourceWriter(config.fhirBaseUrl),
    },
    { provide: ResourceKeys, useFactory: () => new ResourceKeys() },
    HistoryReader,
    SearchReader,
    {
      provide: ConditionMatcher,
      inject: [SearchReader],
      useFactory: (searches: SearchReader) => new ConditionMatcher(searches),
    },
    {
      provide: WRITE_OBSERVERS,
      inject: [CONFIG, LOGGER],
      useFactory: (config: Config, logger: Logger): readonly WriteObserver[] => [
        new SubscriptionObserver(config.fhirBaseUrl, new NetworkPolicy(config.subscriptions.allowedNetworks), logger),
      ],
    },
    {
      provide: ResourceWrites,
      inject: [CONFIG, ResourceReader, ResourceWriter, ConditionMatcher, ResourceKeys, WRITE_OBSERVERS],
      useFactory: (
        config: Config,
        reader: ResourceReader,
        writer: ResourceWriter,
        conditions: ConditionMatcher,
        keys: ResourceKeys,
        observers: readonly WriteObserver[],
      ) => new ResourceWrites(config.fhirBaseUrl, reader, writer, conditions, keys, observers),
    },
    {
      provide: FhirService,
      inject: [CONFIG, Database, ResourceReader, HistoryReader, SearchReader, ResourceWrites, WRITE_OBSERVERS],
      useFactory: (
        config: Config,
        database: Database,
        reader: ResourceReader,
        histories: HistoryReader,
        searches: SearchReader,
        writes: ResourceWrites,
        observers: readonly WriteObserver[],
      ) => new FhirService(config.fhirBaseUrl, database, reader, histories, searches, writes, observers),
    },
    {
      provide: IdempotencyRetention,
      inject: [Database, LOGGER],
      useFactory: (database: Database, logger: Logger) => new IdempotencyRetention(database, logger),
    },
    {
      provide: TransactionProcessor,
      inject: [Database, FhirService, ResourceWrites, SearchReader],
      useFactory: (database: Database, service: FhirService, writes: ResourceWrites, searches: SearchReader) =>
        new TransactionProcessor(database, service, writes, searches),
    },
    {
      provide: BatchProcessor,
      inject: [FhirService, LOGGER],
      useFactory: (service: FhirService, logger: Logger) => new BatchProcessor(service, logger),
    },
  ],
  exports: [FhirService, ResourceReader, ResourceWrites],
})
export class FhirModule {}
