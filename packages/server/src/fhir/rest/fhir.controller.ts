import { All, Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, callerOf } from '../../identity/index.js';
import { FhirError } from '../../platform/errors/index.js';
import { FHIR_JSON, parseQueryPairs, type QueryPairs, queryPairsOf, readJsonBody } from '../../platform/http/index.js';
import {
  FhirService,
  idempotentRequest,
  type IdempotentRequest,
  type Interaction,
  type InteractionRequest,
  type InteractionResult,
  parseInteraction,
  parseSubset,
} from '../interactions/index.js';
import { BatchProcessor, readRequestBundle, TransactionProcessor } from '../transactions/index.js';
import { negotiate, present } from './presentation.js';
import { parsePrefer, type Preferences } from './preferences.js';

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'delete', 'bundle']);

/** The FHIR RESTful API over HTTP: reads the request, has it carried out, writes the answer. */
@Controller('fhir/R4')
export class FhirController {
  constructor(
    @Inject(FhirService) private readonly service: FhirService,
    @Inject(TransactionProcessor) private readonly transactions: TransactionProcessor,
    @Inject(BatchProcessor) private readonly batches: BatchProcessor,
  ) {}

  @All(['', '*'])
  async handle(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = callerOf(request);
    const interaction = parseInteraction(request.method, pathOf(request));
    request.logFields = {
      tenant: caller.tenant,
      clientId: caller.clientId,
      interaction: interaction.kind,
      ...('type' in interaction ? { resourceType: interaction.type } : {}),
    };
    const query = queryOf(request, interaction);
    const presentation = negotiate(query, header(request, 'accept'));
    const preferences = parsePrefer(request.headers.prefer);
    const result = await this.#carryOut(caller, interaction, request, query, preferences);
    send(reply, result, preferences, (body) => present(body, presentation));
  }

  async #carryOut(
    caller: Caller,
    interaction: Interaction,
    request: FastifyRequest,
    query: QueryPairs,
    preferences: Preferences,
  ): Promise<InteractionResult> {
    const idempotent = WRITES.has(interaction.kind) ? idempotentOf(request) : undefined;
    if (interaction.kind !== 'bundle') {
      return this.service.execute(caller, interaction, interactionRequest(request, query, preferences), idempotent);
    }
    const bundle = readRequestBundle(readJsonBody(request.body), this.service.baseUrl);
    const processor = bundle.type === 'transaction' ? this.transactions : this.batches;
    return processor.process(caller, bundle.entries, preferences.return ?? 'minimal', preferences.handling, idempotent);
  }
}

function interactionRequest(request: FastifyRequest, query: QueryPairs, preferences: Preferences): InteractionRequest {
  return {
    query,
    body: () => {
      requireJson(request);
      return readJsonBody(request.body);
    },
    ifMatch: header(request, 'if-match'),
    ifNoneMatch: header(request, 'if-none-match'),
    ifModifiedSince: header(request, 'if-modified-since'),
    ifNoneExist: header(request, 'if-none-exist'),
    handling: preferences.handling,
    subset: parseSubset(query),
  };
}

/** The path below the FHIR base, decoded segment by segment. */
function pathOf(request: FastifyRequest): string {
  const path = (request.params as { '*'?: string })['*'] ?? '';
  if (path.includes('\0')) {
    throw FhirError.of(400, 'invalid', 'The path has a NUL character.');
  }
  return path;
}

/** A search by POST has its parameters in the body, and may have more in the URL. */
function queryOf(request: FastifyRequest, interaction: Interaction): QueryPairs {
  const fromUrl = queryPairsOf(request.raw.url ?? '');
  if (interaction.kind !== 'search-type' || request.method !== 'POST' || !Buffer.isBuffer(request.body)) {
    return fromUrl;
  }
  if (!isForm(request)) {
    throw FhirError.of(415, 'not-supported', 'A search by POST takes application/x-www-form-urlencoded.');
  }
  return [...fromUrl, ...parseQueryPairs(request.body.toString('latin1'))];
}

function isForm(request: FastifyRequest): boolean {
  return (header(request, 'content-type') ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded');
}

function requireJson(request: FastifyRequest): void {
  if (isForm(request)) {
    throw FhirError.of(415, 'not-supported', 'Resources are sent as application/fhir+json.');
  }
}

function idempotentOf(request: FastifyRequest): IdempotentRequest | undefined {
  const key = header(request, 'idempotency-key');
  if (key === undefined) {
    return undefined;
  }
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return idempotentRequest(key, request.method, request.raw.url ?? '', body);
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function send(
  reply: FastifyReply,
  result: InteractionResult,
  preferences: Preferences,
  write: (body: string) => string,
): void {
  // Health data: no cache on the way keeps it, and the client's own asks before it uses what it has.
  void reply.code(result.status).header('cache-control', 'private, no-cache');
  if (result.etag !== undefined) {
    void reply.header('etag', result.etag);
  }
  if (result.lastModified !== undefined) {
    void reply.header('last-modified', result.lastModified.toUTCString());
  }
  if (result.location !== undefined) {
    void reply.header('location', result.location);
  }
  const body = bodyOf(result, preferences);
  if (body === undefined) {
    void reply.send();
    return;
  }
  void reply.type(FHIR_JSON).send(write(body));
}

function bodyOf(result: InteractionResult, preferences: Preferences): string | undefined {
  if (result.isWritten !== true || preferences.return === undefined || preferences.return === 'representation') {
    return result.body;
  }
  if (preferences.return === 'minimal') {
    return undefined;
  }
  const done = result.status === 201 ? 'The resource was created.' : 'The resource is stored.';
  return JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'information', code: 'informational', diagnostics: done }],
  });
}
