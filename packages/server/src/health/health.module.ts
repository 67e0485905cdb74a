import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Database } from '../platform/database/index.js';
import { DatabaseCheck } from './database-check.js';
import { HealthController } from './health.controller.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [
    { provide: DatabaseCheck, inject: [Database], useFactory: (database: Database) => new DatabaseCheck(database) },
  ],
})
export class HealthModule {}
