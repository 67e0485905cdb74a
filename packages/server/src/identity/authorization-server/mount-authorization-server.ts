import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { toFhirError } from '../../platform/http/index.js';
import { describeError, LOGGER, type Logger } from '../../platform/logging/index.js';
import { AUTHORIZATION_SERVER_PATH, type IdentityConfig } from '../identity-config.js';
import { SignIn } from '../users/sign-in.js';
import { registerInteractionRoutes } from './interaction-routes.js';
import { PAGE_HEADERS } from './pages/layout.js';
import { errorPage } from './pages/pages.js';
import { ProviderSource } from './provider-source.js';

/**
 * Lets the authorization server answer below `/oauth`. To be called before the application is initialised.
 *
 * It gets the requests as they come: bodies unread, and the guard of the FHIR API does not apply.
 *
 * @throws {UnsealError} when the signing keys were sealed with another key than the configured one.
 */
export async function mountAuthorizationServer(app: INestApplication, config: IdentityConfig): Promise<void> {
  const source = app.get(ProviderSource);
  const signIn = app.get(SignIn);
  const logger = app.get<Logger>(LOGGER);
  // Keys that cannot be opened, and none being there, show at boot and not at the first request.
  await source.current();
  const fastify = app.getHttpAdapter().getInstance() as FastifyInstance;
  void fastify.register(
    (scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.setErrorHandler((error, _request, reply) => sendFailure(error, reply, logger));
      void scope.register((pages, _pagesOptions, pagesDone) => {
        registerInteractionRoutes(pages, source, signIn, logger);
        pagesDone();
      });
      void scope.register((protocol, _protocolOptions, protocolDone) => {
        protocol.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
        protocol.all('/*', (request, reply) => passOn(request, reply, source, config));
        protocolDone();
      });
      done();
    },
    { prefix: AUTHORIZATION_SERVER_PATH },
  );
}

/** Faults of ours show nothing of themselves; a person sees a page. */
function sendFailure(error: unknown, reply: FastifyReply, logger: Logger): void {
  const { status, message, headers } = toFhirError(error);
  if (status >= 500) {
    logger.error({ err: describeError(error), status }, 'authorization server failed');
  }
  void reply
    .code(status)
    .headers({ ...PAGE_HEADERS, ...headers })
    .type('text/html; charset=utf-8')
    .send(errorPage({ error: 'failed', error_description: message }));
}

async function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  source: ProviderSource,
  config: IdentityConfig,
): Promise<void> {
  const { handle } = await source.current();
  const raw = request.raw as IncomingMessage & { originalUrl?: string };
  const url = askConsentForOfflineAccess(raw.url ?? '/');
  raw.originalUrl = url;
  raw.url = url.slice(AUTHORIZATION_SERVER_PATH.length) || '/';
  usePublicUrl(raw, config);
  reply.hijack();
  reply.raw.setHeader('x-request-id', request.id);
  reply.raw.setHeader('x-content-type-options', 'nosniff');
  await handle(raw, reply.raw);
}

/** Addresses in answers, and whether cookies are for TLS only, follow the configuration: no header changes them. */
function usePublicUrl(raw: IncomingMessage, config: IdentityConfig): void {
  const { host, protocol } = new URL(config.publicUrl);
  raw.headers.host = host;
  raw.headers['x-forwarded-proto'] = protocol.slice(0, -1);
  delete raw.headers['x-forwarded-host'];
}

/**
 * Access that lasts while the person is away is granted by asking them (OpenID Connect Core, section 11). Applications
 * of SMART do not ask for the question, so the server puts it itself.
 */
function askConsentForOfflineAccess(url: string): string {
  const at = url.indexOf('?');
  if (at < 0 || url.slice(AUTHORIZATION_SERVER_PATH.length, at) !== '/auth') {
    return url;
  }
  const query = new URLSearchParams(url.slice(at + 1));
  const wantsOffline = query.get('scope')?.split(' ').includes('offline_access') === true;
  return wantsOffline && !query.has('prompt') ? `${url}&prompt=consent` : url;
}
