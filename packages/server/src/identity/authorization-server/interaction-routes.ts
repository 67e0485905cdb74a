import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors, type Provider } from 'oidc-provider';
import { parse } from 'node:querystring';
import { AUTHORIZATION_SERVER_PATH } from '../identity-config.js';
import type { Logger } from '../../platform/logging/index.js';
import { MAX_PASSWORD_LENGTH } from '../users/password.js';
import type { SignIn } from '../users/sign-in.js';
import { clientFacts } from './client-metadata.js';
import { addRequestedScopes } from './interaction-policy.js';
import type { ProviderSource } from './provider-source.js';
import { contentSecurityPolicy, PAGE_HEADERS } from './pages/layout.js';
import { consentPage, errorPage, signInPage } from './pages/pages.js';

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

/** The step of a sign-in at hand: known by a signed cookie that no other site can make a browser send along. */
interface Step {
  readonly provider: Provider;
  readonly details: Details;
  readonly client: InstanceType<Provider['Client']>;
  readonly action: string;
}

const FORM_LIMIT_BYTES = 4_096;
const MAX_USERNAME_LENGTH = 128;

/** The pages on which people sign in and consent, below the authorization server's path. */
export function registerInteractionRoutes(
  fastify: FastifyInstance,
  source: ProviderSource,
  signIn: SignIn,
  logger: Logger,
): void {
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_LIMIT_BYTES },
    (_request, body, done) => done(null, parse(body as string)),
  );

  const route = (
    method: 'GET' | 'POST',
    path: string,
    handle: (step: Step, request: FastifyRequest, reply: FastifyReply) => Promise<void>,
  ): void => {
    fastify.route<{ Params: { uid: string } }>({
      method,
      url: `/interaction/:uid${path}`,
      handler: async (request, reply) => {
        const { provider } = await source.current();
        const step = await currentStep(provider, request, reply);
        await (step === undefined
          ? sendPage(
              reply,
              400,
              errorPage({ error: 'expired', error_description: 'The sign-in took too long, or was finished already.' }),
            )
          : handle(step, request, reply));
        return reply;
      },
    });
  };

  route('GET', '', (step, _request, reply) => showStep(step, reply));

  route('POST', '/sign-in', async (step, request, reply) => {
    const { username, password } = request.body as { username?: unknown; password?: unknown };
    if (!isText(username, MAX_USERNAME_LENGTH) || !isText(password, MAX_PASSWORD_LENGTH)) {
      return showSignIn(step, reply, 422, { problem: 'Type your user name and your password.' });
    }
    const { tenant, tenantId } = clientFacts(step.client);
    const result = await signIn.attempt({ tenantId, username, password, address: request.ip });
    logger.info({ tenant, clientId: step.client.clientId, outcome: result.outcome }, 'sign-in');
    switch (result.outcome) {
      case 'too-many': {
        const waitS = Math.ceil(result.waitMs / 1000);
        void reply.header('retry-after', String(waitS));
        const problem = `Too many attempts. Try again in ${Math.ceil(waitS / 60)} minutes.`;
        return showSignIn(step, reply, 429, { username, problem });
      }
      case 'refused':
        return showSignIn(step, reply, 422, { username, problem: 'User name or password is wrong.' });
      case 'signed-in':
        // Gone when the browser is closed: computers in clinics are shared.
        return finish(step, request, reply, { login: { accountId: result.userId, amr: ['pwd'], remember: false } });
    }
  });

  route('POST', '/consent', async (step, request, reply) => {
    const { provider, details } = step;
    const accountId = details.session?.accountId;
    if (details.prompt.name !== 'consent' || accountId === undefined) {
      return showStep(step, reply);
    }
    const existing = details.grantId === undefined ? undefined : await provider.Grant.find(details.grantId);
    const grant = existing ?? new provider.Grant({ accountId, clientId: step.client.clientId });
    addRequestedScopes(grant, parameter(step, 'scope'), resourcesOf(details));
    return finish(step, request, reply, { consent: { grantId: await grant.save() } });
  });

  route('POST', '/cancel', (step, request, reply) =>
    finish(step, request, reply, { error: 'access_denied', error_description: 'the person cancelled the sign-in' }),
  );
}

async function currentStep(
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Step | undefined> {
  const { uid } = request.params as { uid: string };
  try {
    const details = await provider.interactionDetails(request.raw, reply.raw);
    const client = await provider.Client.find(String(details.params['client_id']));
    return details.uid !== uid || client === undefined
      ? undefined
      : { provider, details, client, action: `${AUTHORIZATION_SERVER_PATH}/interaction/${uid}` };
  } catch (error) {
    if (error instanceof errors.SessionNotFound) {
      return undefined;
    }
    throw error;
  }
}

async function showStep(step: Step, reply: FastifyReply): Promise<void> {
  const { details, action } = step;
  if (details.prompt.name === 'login') {
    return showSignIn(step, reply, 200, {});
  }
  const scopes = (parameter(step, 'scope') ?? '').split(' ');
  return sendPage(reply, 200, consentPage({ action, clientName: nameOf(step), scopes }), step);
}

async function showSignIn(
  step: Step,
  reply: FastifyReply,
  status: number,
  state: { readonly username?: string; readonly problem?: string },
): Promise<void> {
  const clinic = clientFacts(step.client).tenant;
  await sendPage(reply, status, signInPage({ action: step.action, clientName: nameOf(step), clinic, ...state }), step);
}

async function finish(
  { provider }: Step,
  request: FastifyRequest,
  reply: FastifyReply,
  result: Parameters<Provider['interactionResult']>[2],
): Promise<void> {
  const returnTo = await provider.interactionResult(request.raw, reply.raw, result);
  await reply.code(303).header('cache-control', 'no-store').header('location', returnTo).send();
}

async function sendPage(reply: FastifyReply, status: number, page: string, step?: Step): Promise<void> {
  await reply
    .code(status)
    .headers(PAGE_HEADERS)
    .header('content-security-policy', contentSecurityPolicy(formTargets(step)))
    .type('text/html; charset=utf-8')
    .send(page);
}

/** A browser follows the redirects of a form only to where the policy lets the form go. */
function formTargets(step: Step | undefined): string {
  const redirect = URL.parse((step && parameter(step, 'redirect_uri')) ?? '');
  return redirect === null ? "'self'" : `'self' ${redirect.origin}`;
}

function resourcesOf({ params }: Details): string[] {
  const resource = params['resource'];
  return [resource].flat().filter((value) => typeof value === 'string');
}

/** A parameter of the authorization request. */
function parameter({ details }: Step, name: string): string | undefined {
  const value = details.params[name];
  return typeof value === 'string' ? value : undefined;
}

function nameOf({ client }: Step): string {
  return client.clientName ?? client.clientId;
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxLength;
}
