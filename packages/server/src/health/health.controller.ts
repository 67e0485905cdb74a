import { Controller, Get, Inject, Res } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { ServiceUnavailableException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../identity/index.js';
import { Lifecycle } from '../platform/shutdown/index.js';
import { DatabaseCheck } from './database-check.js';

/**
 * Probes and the health report.
 *
 * Live asks nothing but the process itself: a database outage must not restart pods. Ready asks what a request needs.
 */
@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(DatabaseCheck) private readonly database: DatabaseCheck,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
  ) {}

  @Public()
  @Get('live')
  live(@Res() reply: FastifyReply): void {
    answer(reply, true);
  }

  @Public()
  @Get('startup')
  startup(@Res() reply: FastifyReply): void {
    answer(reply, this.lifecycle.isStarted);
  }

  @Public()
  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const serving = this.lifecycle.isStarted && !this.lifecycle.isDraining;
    answer(reply, serving && (await this.database.state()).reachable);
  }

  @Public()
  @Get()
  async report(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.#check();
    void reply
      .code(report.status === 'ok' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(report);
  }

  async #check(): Promise<HealthCheckResult> {
    try {
      return await this.health.check([
        async () => {
          const { reachable, durationMs } = await this.database.state();
          const indicator = this.indicators.check('database');
          return reachable ? indicator.up({ durationMs }) : indicator.down({ durationMs });
        },
        () => {
          const indicator = this.indicators.check('lifecycle');
          return this.lifecycle.isDraining ? indicator.down({ state: 'draining' }) : indicator.up();
        },
      ]);
    } catch (error) {
      if (error instanceof ServiceUnavailableException) {
        return error.getResponse() as HealthCheckResult;
      }
      throw error;
    }
  }
}

function answer(reply: FastifyReply, isUp: boolean): void {
  void reply
    .code(isUp ? 200 : 503)
    .header('cache-control', 'no-store')
    .send({ status: isUp ? 'ok' : 'error' });
}
