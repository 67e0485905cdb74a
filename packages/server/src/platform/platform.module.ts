import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Config } from './config/index.js';
import { Database } from './database/index.js';
import { LOGGER, type Logger } from './logging/index.js';
import { Lifecycle } from './shutdown/index.js';

/** Injection token of the settings. */
export const CONFIG = Symbol('config');

/** What every feature stands on: settings, log, database, lifecycle. Made outside, so that the process can close it. */
@Global()
@Module({})
export class PlatformModule {
  static of(parts: { config: Config; logger: Logger; database: Database; lifecycle: Lifecycle }): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: parts.config },
      { provide: LOGGER, useValue: parts.logger },
      { provide: Database, useValue: parts.database },
      { provide: Lifecycle, useValue: parts.lifecycle },
    ];
    return { module: PlatformModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
