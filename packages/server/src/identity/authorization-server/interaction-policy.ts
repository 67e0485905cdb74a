import { type Grant, interactionPolicy, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { clientFacts } from './client-metadata.js';
import { SIGN_IN_SCOPES } from './grant-scopes.js';

/** When people are asked to sign in and to consent. */
export function buildInteractionPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.get('login')?.checks.add(
    new interactionPolicy.Check('no_account', 'the person of the session has no account in this clinic', (ctx) => {
      const { session, account } = ctx.oidc;
      return session?.accountId !== undefined && account === undefined;
    }),
  );
  return policy;
}

/**
 * The grant that a request builds on. For applications of our own it comes into being by signing in; it never exceeds
 * what this request was found to be allowed.
 */
export async function loadExistingGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, session, account, params } = ctx.oidc;
  const provider: Provider = ctx.oidc.provider;
  if (client === undefined || session === undefined || account === undefined) {
    return undefined;
  }
  const grantId = ctx.oidc.result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const existing = found?.accountId === account.accountId ? found : undefined;
  if (!clientFacts(client).isFirstParty) {
    return existing;
  }
  const grant = existing ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  addRequestedScopes(grant, params?.scope as string | undefined, Object.keys(ctx.oidc.resourceServers ?? {}));
  await grant.save();
  return grant;
}

/** Grants the scopes of a request, which were narrowed to what is allowed before. */
export function addRequestedScopes(grant: Grant, scope: string | undefined, resources: readonly string[]): void {
  const scopes = (scope ?? '').split(' ').filter((text) => text !== '');
  const signIn = scopes.filter((text) => SIGN_IN_SCOPES.includes(text));
  const others = scopes.filter((text) => !SIGN_IN_SCOPES.includes(text));
  if (signIn.length > 0) {
    grant.addOIDCScope(signIn.join(' '));
  }
  if (others.length > 0) {
    for (const resource of resources) {
      grant.addResourceScope(resource, others.join(' '));
    }
  }
}
