import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../identity/index.js';
import type { Config } from '../../platform/config/index.js';
import { FHIR_JSON, queryPairsOf } from '../../platform/http/index.js';
import { CONFIG } from '../../platform/platform.module.js';
import { capabilityStatement } from './capability-statement.js';
import { negotiate, present } from './presentation.js';

/** The CapabilityStatement: open to anyone, as clients read it before they sign in. */
@Controller('fhir/R4')
export class MetadataController {
  readonly #capabilityStatement: string;

  constructor(@Inject(CONFIG) config: Config) {
    this.#capabilityStatement = JSON.stringify(
      capabilityStatement(config.publicUrl, config.softwareVersion, new Date()),
    );
  }

  @Public()
  @Get('metadata')
  metadata(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const presentation = negotiate(queryPairsOf(request.raw.url ?? ''), request.headers.accept);
    void reply.type(FHIR_JSON).send(present(this.#capabilityStatement, presentation));
  }
}
