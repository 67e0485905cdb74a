import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../config/index.js';
import { enterContext, type Logger } from '../logging/index.js';
import { FHIR_JSON, toFhirError } from './outcome-filter.js';
import { requestIdOf } from './request-id.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What a feature wants on the request's log line. Never health data. */
    logFields?: Readonly<Record<string, string>>;
  }
}

/** Longest path segment that is routed: FHIR ids have 64 characters, the rest is no resource of ours. */
const MAX_PATH_SEGMENT_LENGTH = 128;
const KEEP_ALIVE_MS = 65_000;

/**
 * Fastify with the limits of the configuration, under NestJS.
 *
 * Bodies arrive as bytes: what they are is decided where they are read, so that a wrong encoding is seen.
 */
export function createHttpAdapter(config: Config, logger: Logger): FastifyAdapter {
  const adapter = new FastifyAdapter({
    trustProxy: config.http.trustedProxies.length === 0 ? false : [...config.http.trustedProxies],
    bodyLimit: config.http.bodyLimitBytes,
    requestTimeout: config.http.requestTimeoutMs,
    connectionTimeout: config.http.requestTimeoutMs * 2,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    genReqId: (request: IncomingMessage) => requestIdOf(request.headers['x-request-id']),
    routerOptions: { maxParamLength: MAX_PATH_SEGMENT_LENGTH, ignoreTrailingSlash: true },
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      const refusal = toFhirError(error);
      void reply.code(refusal.status).type(FHIR_JSON).send(JSON.stringify(refusal.outcome));
    },
    clientErrorHandler: refuseBrokenHttp,
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    ['application/fhir+json', 'application/json', 'application/json+fhir', 'application/x-www-form-urlencoded'],
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );
  fastify.addHook('onRequest', (request, reply, done) => {
    enterContext({ requestId: request.id });
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    // Probes come every few seconds: they would bury everything else.
    const level = request.routeOptions.url?.startsWith('/health') === true && reply.statusCode < 500 ? 'debug' : 'info';
    // The route and not the URL: ids and search values stay out of the log.
    logger[level](
      {
        method: request.method,
        route: request.routeOptions.url ?? 'unmatched',
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
        ...request.logFields,
      },
      'request',
    );
    done();
  });
  return adapter;
}

/** Answers bytes that are not HTTP, where there is still somebody to answer. */
function refuseBrokenHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'too-long']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'timeout']
        : ['400 Bad Request', 'structure'];
  const body = JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code, diagnostics: 'The request is not valid HTTP, or did not arrive in time.' }],
  });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: ${FHIR_JSON}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
