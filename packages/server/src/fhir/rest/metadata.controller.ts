import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../identity/index.js';
import { FHIR_JSON, queryPairsOf } from '../../platform/http/index.js';
import { negotiate, present } from './presentation.js';

/** Injection token of the CapabilityStatement's JSON text. */
export const CAPABILITY_STATEMENT = Symbol('capability statement');

/** The CapabilityStatement: open to anyone, as clients read it before they sign in. */
@Controller('fhir/R4')
export class MetadataController {
  constructor(@Inject(CAPABILITY_STATEMENT) private readonly statement: string) {}

  @Public()
  @Get('metadata')
  metadata(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const presentation = negotiate(queryPairsOf(request.raw.url ?? ''), request.headers.accept);
    void reply.type(FHIR_JSON).send(present(this.statement, presentation));
  }
}
