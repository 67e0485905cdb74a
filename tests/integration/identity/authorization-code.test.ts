import { createClient, createUser, Database, loadConfig } from '@healthcare/server';
import { type BootedApi, bootApi, FhirClient } from '@healthcare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthorizationRequest, signIn } from './authorization-request.js';
import { Browser } from './browser.js';
import { claimsOf, isSignedBy } from './jwt.js';
import { requestToken } from './token-request.js';

const REDIRECT = 'https://app.example/back';

let api: BootedApi;
let access: Database;
let clientId: string;
let userId: string;
let password: string;

beforeAll(async () => {
  api = await bootApi();
  access = new Database(loadConfig(api.environment).database, 'test');
  ({ clientId } = await registerClient('north', { isFirstParty: true }));
  ({ userId, password } = await createUser(access, {
    tenantId: await api.tenant('north'),
    username: 'Vera.Nkemelu',
    displayName: 'Vera <b>Nkemelu</b>',
    scopes: ['user/*.cruds'],
  }));
});
afterAll(async () => {
  await access.close();
  await api.stop();
});

async function registerClient(
  slug: string,
  more: { isFirstParty?: boolean; scopes?: string[]; name?: string } = {},
): Promise<{ clientId: string }> {
  return createClient(access, {
    tenantId: await api.tenant(slug),
    name: 'Ward <i>round</i>',
    scopes: ['user/*.cruds'],
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: [REDIRECT],
    isPublic: true,
    ...more,
  });
}

const ask = (scope: string, more: Record<string, string> = {}, id = clientId): AuthorizationRequest =>
  new AuthorizationRequest(api.origin, id, REDIRECT, scope, more);

describe('signing in', () => {
  it('leads from the page to a token that works', async () => {
    const browser = new Browser(api.origin);
    const request = ask('openid profile user/*.rs', { aud: api.fhirUrl, nonce: 'n-1' });
    const page = await browser.open(request.url());
    expect(page.status).toBe(200);
    expect(page.text).toContain('Ward &#60;i&#62;round&#60;/i&#62;');
    expect(page.text).not.toContain('<script');
    const code = request.codeOf(await browser.submit(page, '/sign-in', { username: 'vera.nkemelu', password }));
    const { status, body } = await request.redeem(code);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'user/*.rs' });
    expect(body.refresh_token).toBeUndefined();
    expect(claimsOf(body.access_token)).toMatchObject({
      sub: userId,
      client_id: clientId,
      tenant: 'north',
      aud: api.fhirUrl,
    });
    expect(await isSignedBy(api.origin, body.id_token!)).toBe(true);
    expect(claimsOf(body.id_token!)).toMatchObject({
      iss: `${api.origin}/oauth`,
      aud: clientId,
      sub: userId,
      name: 'Vera <b>Nkemelu</b>',
      preferred_username: 'Vera.Nkemelu',
      nonce: 'n-1',
    });
    const client = new FhirClient(api.fhirUrl, body.access_token);
    expect((await client.get('Patient')).status).toBe(200);
    expect((await client.post('Patient', { resourceType: 'Patient' })).text).toContain('user/Patient.c');
  });

  it('asks nobody twice in one session, and says who it is at userinfo', async () => {
    const browser = new Browser(api.origin);
    const first = ask('user/Patient.rs');
    first.codeOf(await signIn(browser, first, 'vera.nkemelu', password));
    const second = ask('openid profile');
    const { body } = await second.redeem(second.codeOf(await browser.open(second.url())));
    const userinfo = await fetch(`${api.origin}/oauth/me`, {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    expect(await userinfo.json()).toEqual({
      sub: userId,
      name: 'Vera <b>Nkemelu</b>',
      preferred_username: 'Vera.Nkemelu',
    });
    expect((await new FhirClient(api.fhirUrl, body.access_token).get('Patient')).status).toBe(401);
  });

  it('grants what client and person both may, and says what that is', async () => {
    const { password: nursePassword } = await createUser(access, {
      tenantId: await api.tenant('north'),
      username: 'nurse',
      displayName: 'Nurse',
      scopes: ['user/Observation.cruds', 'user/Patient.rs'],
    });
    const request = ask('user/*.crs system/*.cruds');
    const { body } = await request.redeem(
      request.codeOf(await signIn(new Browser(api.origin), request, 'nurse', nursePassword)),
    );
    expect(body.scope).toBe('user/Observation.crs user/Patient.rs');
    const nothing = ask('user/Encounter.rs');
    const back = new URL((await signIn(new Browser(api.origin), nothing, 'nurse', nursePassword)).url);
    expect(back.searchParams.get('error')).toBe('invalid_scope');
    expect(back.searchParams.get('error_description')).toContain('not permitted for the person');
  });

  it('refuses a wrong password and an unknown name with the same words', async () => {
    const request = ask('user/*.rs');
    const browser = new Browser(api.origin);
    const page = await browser.open(request.url());
    const texts = [];
    for (const values of [
      { username: 'vera.nkemelu', password: 'wrong' },
      { username: 'nobody', password: 'wrong' },
      { username: 'a\0b', password: 'wrong' },
    ]) {
      const refused = await browser.submit(page, '/sign-in', values);
      expect(refused.status).toBe(422);
      expect(refused.text).toContain('User name or password is wrong.');
      texts.push(refused.text.replace(/value="[^"]*"/, ''));
    }
    expect(new Set(texts).size).toBe(1);
    const done = await browser.submit(page, '/sign-in', { username: ' VERA.NKEMELU ', password });
    expect(request.codeOf(done)).not.toBe('');
  });

  it('knows no person of another clinic', async () => {
    const south = await registerClient('south', { isFirstParty: true });
    const refused = await signIn(
      new Browser(api.origin),
      ask('user/*.rs', {}, south.clientId),
      'vera.nkemelu',
      password,
    );
    expect(refused.status).toBe(422);
    // A session of one clinic is none at another.
    const browser = new Browser(api.origin);
    const north = ask('user/*.rs');
    north.codeOf(await signIn(browser, north, 'vera.nkemelu', password));
    const request = ask('user/*.rs', {}, south.clientId);
    const page = await browser.open(request.url());
    expect(page.text).toContain('<h1>Sign in</h1>');
    // Signing in there ends the session here.
    const tenantId = await api.tenant('south');
    const other = await createUser(access, { tenantId, username: 'vera', displayName: 'V', scopes: ['user/*.rs'] });
    const change = await browser.submit(page, '/sign-in', { username: 'vera', password: other.password });
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(change.text)![1]!;
    const done = await browser.submit(change, '/session/end/confirm', { xsrf, logout: 'yes' });
    const { body } = await request.redeem(request.codeOf(done));
    expect(claimsOf(body.access_token)).toMatchObject({ tenant: 'south', sub: other.userId });
    expect((await browser.open(ask('user/*.rs').url())).text).toContain('<h1>Sign in</h1>');
  });

  it('ends with a session of somebody who was disabled', async () => {
    const tenantId = await api.tenant('north');
    const user = await createUser(access, { tenantId, username: 'leaver', displayName: 'L', scopes: ['user/*.rs'] });
    const browser = new Browser(api.origin);
    const request = ask('user/*.rs');
    request.codeOf(await signIn(browser, request, 'leaver', user.password));
    await access.withTenant(tenantId, (tx) =>
      tx.query('update identity.app_user set disabled_at = now() where id = $1', [user.userId]),
    );
    expect((await browser.open(ask('user/*.rs').url())).text).toContain('<h1>Sign in</h1>');
    expect((await signIn(new Browser(api.origin), ask('user/*.rs'), 'leaver', user.password)).status).toBe(422);
  });

  it('answers without a page where none is wanted', async () => {
    const browser = new Browser(api.origin);
    const silent = (): AuthorizationRequest => ask('user/*.rs', { prompt: 'none' });
    expect(new URL((await browser.open(silent().url())).url).searchParams.get('error')).toBe('login_required');
    const request = ask('user/*.rs');
    request.codeOf(await signIn(browser, request, 'vera.nkemelu', password));
    const again = silent();
    expect((await again.redeem(again.codeOf(await browser.open(again.url())))).status).toBe(200);
  });

  it('takes a cancel back to the application', async () => {
    const browser = new Browser(api.origin);
    const request = ask('user/*.rs');
    const back = new URL((await browser.submit(await browser.open(request.url()), '/cancel')).url);
    expect(back.searchParams.get('error')).toBe('access_denied');
    expect(back.searchParams.get('state')).toBe(request.state);
  });

  it('sends pages that no other site can frame, script or fill in', async () => {
    const browser = new Browser(api.origin);
    const page = await browser.open(ask('user/*.rs').url());
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self' https://app.example;");
    expect(page.headers.get('cache-control')).toBe('no-store');
    const stranger = new Browser(api.origin);
    const forged = await stranger.open(`${page.url}/sign-in`, { username: 'vera.nkemelu', password });
    expect(forged.status).toBe(400);
    expect(forged.text).toContain('took too long');
  });

  it('refuses forms that are too big or of another kind', async () => {
    const browser = new Browser(api.origin);
    const page = await browser.open(ask('user/*.rs').url());
    const big = await browser.open(`${page.url}/sign-in`, { username: 'x', password: 'y'.repeat(10_000) });
    expect(big.status).toBe(413);
    const empty = await browser.open(`${page.url}/sign-in`, { username: '', password: '' });
    expect(empty.status).toBe(422);
  });
});

describe('authorization requests', () => {
  it.each([
    ['without PKCE', ['code_challenge', 'code_challenge_method'], {}, 'invalid_request'],
    ['with a plain challenge', [], { code_challenge_method: 'plain' }, 'invalid_request'],
    ['for another server', [], { aud: 'https://elsewhere.example/fhir' }, 'invalid_target'],
    ['without a scope', ['scope'], {}, 'invalid_scope'],
    ['for a token at once', [], { response_type: 'token' }, 'unsupported_response_type'],
    ['with a query in a scope', [], { scope: 'user/Patient.rs?active=true' }, 'invalid_scope'],
  ])('are refused %s', async (_name, without, more, error) => {
    const back = await new Browser(api.origin).open(ask('user/*.rs', more).url(without));
    expect(back.url.startsWith(REDIRECT)).toBe(true);
    expect(new URL(back.url).search + new URL(back.url).hash).toContain(`error=${error}`);
  });

  it.each([
    ['another redirect URI', { redirect_uri: 'https://evil.example/' }],
    ['an unknown client', { client_id: 'nobody-at-all' }],
  ])('lead nowhere with %s', async (_name, more) => {
    const page = await new Browser(api.origin).open(ask('user/*.rs', more).url());
    expect(page.status).toBe(400);
    expect(page.url.startsWith(api.origin)).toBe(true);
    expect(page.text).toContain('That did not work');
  });

  it('carry characters that a database cannot hold', async () => {
    const request = ask('user/*.rs', { state: 'a\0\ud800b' });
    const page = await new Browser(api.origin).open(request.url());
    expect(page.status).toBe(200);
  });
});

describe('codes', () => {
  async function freshCode(scope = 'user/*.rs'): Promise<{ request: AuthorizationRequest; code: string }> {
    const request = ask(scope);
    return { request, code: request.codeOf(await signIn(new Browser(api.origin), request, 'vera.nkemelu', password)) };
  }

  it('open nothing with another verifier, client or redirect URI', async () => {
    const { request, code } = await freshCode();
    const other = await registerClient('north');
    for (const more of [
      { code_verifier: 'x'.repeat(43) },
      { client_id: other.clientId },
      { redirect_uri: 'https://app.example/other' },
    ]) {
      expect(await request.redeem(code, more)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    }
    expect((await request.redeem(code)).status).toBe(200);
  });

  it('open once, also when they are sent twice at the same time', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { request, code } = await freshCode();
      const answers = await Promise.all([request.redeem(code), request.redeem(code), request.redeem(code)]);
      expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
      expect(answers.filter(({ body }) => body.error === 'invalid_grant').length).toBeGreaterThanOrEqual(2);
      expect((await request.redeem(code)).body.error).toBe('invalid_grant');
    }
  });

  it('are stored in a form that opens nothing', async () => {
    const { code } = await freshCode();
    const rows = await access.transaction((tx) =>
      tx.query<{ all: string }>('select p::text as all from identity.oidc_payload p'),
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map(({ all }) => all).join('')).not.toContain(code);
  });
});

describe('offline access', () => {
  async function offline(): Promise<{ request: AuthorizationRequest; browser: Browser; refreshToken: string }> {
    const browser = new Browser(api.origin);
    const request = ask('openid offline_access user/*.rs');
    const consent = await signIn(browser, request, 'vera.nkemelu', password);
    expect(consent.text).toContain('keep this access while you are away');
    const { body } = await request.redeem(request.codeOf(await browser.submit(consent, '/consent')));
    return { request, browser, refreshToken: body.refresh_token! };
  }
  const refresh = (refreshToken: string, more: Record<string, string> = {}): ReturnType<typeof requestToken> =>
    requestToken(api.origin, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: clientId,
      ...more,
    });

  it('renews with a token that changes each time', async () => {
    const { refreshToken } = await offline();
    const first = await refresh(refreshToken);
    expect(first).toMatchObject({ status: 200, body: { scope: 'user/*.rs' } });
    expect(first.body.refresh_token).not.toBe(refreshToken);
    expect((await new FhirClient(api.fhirUrl, first.body.access_token).get('Patient')).status).toBe(200);
    const second = await refresh(first.body.refresh_token!);
    expect(second.status).toBe(200);
    // The old one in a second pair of hands: both lose.
    expect((await refresh(refreshToken)).body.error).toBe('invalid_grant');
    expect((await refresh(second.body.refresh_token!)).body.error).toBe('invalid_grant');
  });

  it('is known to its own client and to no other', async () => {
    const { refreshToken } = await offline();
    const other = await registerClient('north');
    const introspect = async (id: string): Promise<unknown> =>
      (
        await fetch(`${api.origin}/oauth/token/introspection`, {
          method: 'POST',
          body: new URLSearchParams({ token: refreshToken, client_id: id }),
        })
      ).json();
    expect(await introspect(clientId)).toMatchObject({ active: true, client_id: clientId, sub: userId });
    expect(await introspect(other.clientId)).toEqual({ active: false });
    await fetch(`${api.origin}/oauth/token/revocation`, {
      method: 'POST',
      body: new URLSearchParams({ token: refreshToken, client_id: other.clientId }),
    });
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('ends when it is revoked', async () => {
    const { refreshToken } = await offline();
    const revoked = await fetch(`${api.origin}/oauth/token/revocation`, {
      method: 'POST',
      body: new URLSearchParams({ token: refreshToken, client_id: clientId }),
    });
    expect(revoked.status).toBe(200);
    expect((await refresh(refreshToken)).body.error).toBe('invalid_grant');
  });

  it('gives less when the person may less, and nothing when nothing is left', async () => {
    const tenantId = await api.tenant('north');
    const user = await createUser(access, {
      tenantId,
      username: 'mover',
      displayName: 'M',
      scopes: ['user/*.rs', 'user/Task.c'],
    });
    const browser = new Browser(api.origin);
    const request = ask('offline_access user/Patient.rs user/Task.c');
    const consent = await signIn(browser, request, 'mover', user.password);
    const { body } = await request.redeem(request.codeOf(await browser.submit(consent, '/consent')));
    expect(body.scope).toBe('user/Patient.rs user/Task.c');
    const setScopes = (scopes: string[]): Promise<unknown> =>
      access.withTenant(tenantId, (tx) =>
        tx.query('update identity.app_user set scopes = $2 where id = $1', [user.userId, scopes]),
      );
    await setScopes(['user/*.rs']);
    const less = await refresh(body.refresh_token!);
    expect(less.body.scope).toBe('user/Patient.rs');
    await setScopes([]);
    expect((await refresh(less.body.refresh_token!)).body.error).toBe('invalid_grant');
  });
});

describe('applications of others', () => {
  it('get what the person allows', async () => {
    const other = await registerClient('north', { name: 'Growth charts' });
    const browser = new Browser(api.origin);
    const request = ask('openid user/Observation.rs', {}, other.clientId);
    const consent = await signIn(browser, request, 'vera.nkemelu', password);
    expect(consent.text).toContain('Growth charts asks');
    expect(consent.text).toContain('read, search: Observation');
    const { body } = await request.redeem(request.codeOf(await browser.submit(consent, '/consent')));
    expect(body.scope).toBe('user/Observation.rs');
    // Allowed once, asked for more: asked again, for that.
    const more = ask('openid user/Observation.rs user/Patient.rs', {}, other.clientId);
    const again = await browser.open(more.url());
    expect(again.text).toContain('read, search: Patient');
    expect((await browser.submit(again, '/cancel')).url).toContain('error=access_denied');
  });
});

describe('signing out', () => {
  it('ends the session', async () => {
    const browser = new Browser(api.origin);
    const request = ask('openid user/*.rs');
    const { body } = await request.redeem(request.codeOf(await signIn(browser, request, 'vera.nkemelu', password)));
    const query = new URLSearchParams({ id_token_hint: body.id_token!, post_logout_redirect_uri: REDIRECT });
    const page = await browser.open(`/oauth/session/end?${query.toString()}`);
    expect(page.text).toContain('Sign out?');
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)![1]!;
    const gone = await browser.submit(page, '/session/end/confirm', { xsrf, logout: 'yes' });
    expect(gone.url).toBe(REDIRECT);
    expect((await browser.open(ask('user/*.rs').url())).text).toContain('<h1>Sign in</h1>');
  });
});
