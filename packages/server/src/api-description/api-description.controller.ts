import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../identity/index.js';
import type { Config } from '../platform/config/index.js';
import { CONFIG } from '../platform/platform.module.js';
import { openApiDocument } from './openapi-document.js';
import { renderPage } from './render-page.js';

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/** The API description, for people and for generators: open, as it tells nothing of any clinic. */
@Controller('docs')
export class ApiDescriptionController {
  readonly #json: string;
  readonly #page: string;

  constructor(@Inject(CONFIG) config: Config) {
    const document = openApiDocument(config.publicUrl, config.softwareVersion);
    this.#json = JSON.stringify(document);
    this.#page = renderPage(document);
  }

  @Public()
  @Get()
  page(@Res() reply: FastifyReply): void {
    void reply
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .type('text/html; charset=utf-8')
      .send(this.#page);
  }

  @Public()
  @Get('openapi.json')
  document(@Res() reply: FastifyReply): void {
    void reply.type('application/json; charset=utf-8').send(this.#json);
  }
}
