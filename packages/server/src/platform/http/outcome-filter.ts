import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DatabaseUnavailableError } from '../database/index.js';
import { FhirError, type IssueCode } from '../errors/index.js';
import { LOGGER, type Logger } from '../logging/index.js';

export const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** Turns whatever was thrown into an OperationOutcome. What is a fault of ours is logged and shown as a bare 500. */
@Catch()
export class OutcomeFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const refusal = toFhirError(error);
    if (refusal.status >= 500) {
      this.logger.error({ err: error, status: refusal.status }, 'request failed');
    }
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void reply.code(refusal.status).headers(refusal.headers).type(FHIR_JSON).send(JSON.stringify(refusal.outcome));
  }
}

/** The refusal that stands for `error` towards the caller. */
export function toFhirError(error: unknown): FhirError {
  if (error instanceof FhirError) {
    return error;
  }
  if (error instanceof HttpException) {
    // The framework's own messages repeat the URL.
    return ofStatus(error.getStatus(), frameworkProblems[error.getStatus()] ?? 'The request is not acceptable.');
  }
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return ofStatus(statusCode, httpProblems[String(code)] ?? 'The request is not acceptable.');
  }
  return (
    databaseProblem(error) ?? FhirError.of(500, 'exception', 'The server failed to answer. The failure was logged.')
  );
}

function ofStatus(status: number, diagnostics: string): FhirError {
  return FhirError.of(status, issueCodes[status] ?? (status >= 500 ? 'exception' : 'processing'), diagnostics);
}

const issueCodes: Readonly<Record<number, IssueCode>> = {
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-supported',
  406: 'not-supported',
  408: 'timeout',
  413: 'too-long',
  414: 'too-long',
  415: 'not-supported',
  429: 'throttled',
  503: 'transient',
};

const frameworkProblems: Readonly<Record<number, string>> = {
  404: 'There is nothing at this path.',
  503: 'The server cannot answer now. Try again shortly.',
};

/** Fastify's own refusals, in our words. */
const httpProblems: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is larger than this server accepts.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The content type is not supported: send application/fhir+json.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as Content-Length says.',
  FST_ERR_CTP_EMPTY_TYPE: 'The request has a body without a content type: send application/fhir+json.',
  FST_ERR_BAD_URL: 'The path has a %-escape that is not UTF-8.',
};

/** What the database refused for lack of time, or cannot answer at all now. */
function databaseProblem(error: unknown): FhirError | undefined {
  const code = String((error as { code?: unknown }).code);
  if (code === '57014' || code === '55P03') {
    return FhirError.of(503, 'timeout', 'The request took longer than the server allows. Narrow it, or try again.');
  }
  if (error instanceof DatabaseUnavailableError) {
    return new FhirError(
      503,
      { severity: 'error', code: 'transient', diagnostics: 'The database cannot be reached. Try again shortly.' },
      { 'retry-after': '5' },
    );
  }
  return undefined;
}
