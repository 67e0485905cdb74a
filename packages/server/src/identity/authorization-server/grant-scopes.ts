import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { narrowScopes, OPERATOR_SCOPE, type ScopeSet } from '../scope-set.js';
import { parseSmartScope, type ScopeContext } from '../scopes/smart-scope.js';
import { clientFacts } from './client-metadata.js';
import type { UserAccount } from './accounts.js';

/** Scopes about the sign-in itself and not about resources. */
export const SIGN_IN_SCOPES: readonly string[] = ['openid', 'profile', 'offline_access'];

/** Whether a request asks for access to the FHIR API, and not just who somebody is. */
export function wantsResources(scopes: readonly string[]): boolean {
  return scopes.some((scope) => !SIGN_IN_SCOPES.includes(scope));
}

/**
 * Decides what of the requested scopes is granted, and writes it into the request: the scopes of SMART are too many to
 * be listed, so oidc-provider is told those of this request.
 *
 * Granted is what the application's registration covers and, once it is known who sits there, what the person's own
 * rights cover. Asked for more, the part that is covered is granted (RFC 6749, section 3.3).
 *
 * @param account The person; undefined before they have signed in, and for systems.
 * @returns The granted scopes about resources, space-separated.
 * @throws {errors.InvalidScope} that says why when nothing is left.
 */
export function grantScopes(ctx: KoaContextWithOIDC, client: Client, account: UserAccount | undefined): string {
  const { ceiling } = clientFacts(client);
  const source = ctx.oidc.authorizationCode ?? ctx.oidc.refreshToken;
  if (source !== undefined) {
    return coveredScopes([...source.scopes], [ceiling, account?.ceiling]).join(' ');
  }
  const requested = [...ctx.oidc.requestParamScopes];
  const isSystem = ctx.oidc.params?.grant_type === 'client_credentials';
  const candidates = requested.filter((scope) => !SIGN_IN_SCOPES.includes(scope));
  refuseQueries(candidates);
  const inContext = candidates.filter(
    (scope) => contextOf(scope) === undefined || contextOf(scope) === (isSystem ? 'system' : 'user'),
  );
  const forClient = narrowScopes(inContext, ceiling);
  const granted = account === undefined ? forClient : narrowScopes(forClient, account.ceiling);
  if (granted.length === 0) {
    throw refusal(candidates, isSystem, forClient.length > 0);
  }
  if (ctx.oidc.params !== undefined) {
    const signIn = isSystem ? [] : requested.filter((scope) => SIGN_IN_SCOPES.includes(scope));
    ctx.oidc.params.scope = [...signIn, ...granted].join(' ');
  }
  return granted.join(' ');
}

/** Of scopes granted before, those that every ceiling still covers whole: rights that were taken away since are gone. */
function coveredScopes(scopes: readonly string[], ceilings: readonly (ScopeSet | undefined)[]): string[] {
  const covered = scopes.filter(
    (scope) =>
      !SIGN_IN_SCOPES.includes(scope) &&
      ceilings.every((ceiling) => ceiling === undefined || narrowScopes([scope], ceiling)[0] === scope),
  );
  if (covered.length === 0) {
    throw new errors.InvalidGrant('none of the granted scopes is permitted any more');
  }
  return covered;
}

/** Granting without the query would give more than was asked for, granting nothing would hide why. */
function refuseQueries(scopes: readonly string[]): void {
  const withQuery = scopes.find((scope) => scope.includes('?'));
  const parsed = withQuery === undefined ? undefined : parseSmartScope(withQuery);
  if (withQuery !== undefined && parsed !== undefined && 'problem' in parsed) {
    throw new errors.InvalidScope(describe(withQuery, parsed.problem), withQuery);
  }
}

function refusal(candidates: readonly string[], isSystem: boolean, isPersonsLack: boolean): Error {
  const first = candidates[0];
  if (first === undefined) {
    return new errors.InvalidScope('scope is missing: name what the token is for, e.g. system/Patient.rs', '');
  }
  const parsed = first === OPERATOR_SCOPE ? undefined : parseSmartScope(first);
  if (parsed !== undefined && 'problem' in parsed) {
    return new errors.InvalidScope(describe(first, parsed.problem), first);
  }
  if (parsed !== undefined && parsed.context !== (isSystem ? 'system' : 'user')) {
    const remedy = isSystem
      ? 'is for people who sign in: ask for system/ scopes'
      : 'is for systems: ask for user/ scopes';
    return new errors.InvalidScope(describe(first, remedy), first);
  }
  const whose = isPersonsLack ? 'the person who signed in' : 'this client';
  return new errors.InvalidScope(describe(first, `is not permitted for ${whose}`), first);
}

/** RFC 6749, section 5.2: no quotation marks and no backslashes. */
function describe(scope: string, problem: string): string {
  return `scope ${scope.slice(0, 100).replaceAll(/["\\]/g, '')} ${problem}`;
}

function contextOf(text: string): ScopeContext | undefined {
  const scope = parseSmartScope(text);
  return 'problem' in scope ? undefined : scope.context;
}
