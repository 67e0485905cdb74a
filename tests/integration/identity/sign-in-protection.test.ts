import { createClient, createUser, Database, loadConfig } from '@healthcare/server';
import { type BootedApi, bootApi, createTestDatabase } from '@healthcare/testkit';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthorizationRequest, signIn } from './authorization-request.js';
import { Browser } from './browser.js';
import { requestToken } from './token-request.js';

const REDIRECT = 'https://app.example/back';

let api: BootedApi;
let access: Database;
let clientId: string;
beforeAll(async () => {
  api = await bootApi();
  access = new Database(loadConfig(api.environment).database, 'test');
  ({ clientId } = await createClient(access, {
    tenantId: await api.tenant('north'),
    name: 'Ward round',
    scopes: ['user/*.cruds'],
    grantTypes: ['authorization_code'],
    redirectUris: [REDIRECT],
    isPublic: true,
    isFirstParty: true,
  }));
});
afterAll(async () => {
  await access.close();
  await api.stop();
});

const person = async (username: string): Promise<string> => {
  const tenantId = await api.tenant('north');
  return (await createUser(access, { tenantId, username, displayName: username, scopes: ['user/*.rs'] })).password;
};
const ask = (): AuthorizationRequest => new AuthorizationRequest(api.origin, clientId, REDIRECT, 'user/*.rs');

describe('guessing passwords', () => {
  it('ends after ten failures, for the right password too, and says when to come back', async () => {
    const password = await person('guessed');
    const other = await person('other');
    for (let index = 0; index < 10; index += 1) {
      expect((await signIn(new Browser(api.origin), ask(), 'guessed', `wrong ${index}`)).status).toBe(422);
    }
    const refused = await signIn(new Browser(api.origin), ask(), 'Guessed', password);
    expect(refused.status).toBe(429);
    const waitS = Number(refused.headers.get('retry-after'));
    expect(waitS).toBeGreaterThan(14 * 60);
    expect(waitS).toBeLessThanOrEqual(15 * 60);
    expect(refused.text).toContain('Too many attempts. Try again in 15 minutes.');
    const request = ask();
    expect(request.codeOf(await signIn(new Browser(api.origin), request, 'other', other))).not.toBe('');
  });

  it('leaves no names and passwords in the log', async () => {
    await signIn(new Browser(api.origin), ask(), 'very-special-name', 'very-special-password');
    const log = api.log.join('');
    expect(log).toContain('"outcome":"refused"');
    expect(log).not.toContain('very-special');
  });
});

describe('behind a proxy that ends TLS', () => {
  it('sets cookies for TLS only and leads to the public address, whatever headers say', async () => {
    const proxied = await bootApi({ environment: { PUBLIC_URL: 'https://clinic.example' } });
    const own = new Database(loadConfig(proxied.environment).database, 'test');
    try {
      const client = await createClient(own, {
        tenantId: await proxied.tenant('north'),
        name: 'Page',
        scopes: ['user/*.rs'],
        grantTypes: ['authorization_code'],
        redirectUris: [REDIRECT],
        isPublic: true,
      });
      const local = `http://127.0.0.1:${proxied.environment.PORT}`;
      const response = await fetch(new AuthorizationRequest(local, client.clientId, REDIRECT, 'user/*.rs').url(), {
        redirect: 'manual',
        headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' },
      });
      expect(response.status).toBe(303);
      expect(response.headers.get('location')).toMatch(/^\/oauth\/interaction\//);
      const cookies = response.headers.getSetCookie();
      expect(cookies.length).toBeGreaterThanOrEqual(2);
      for (const cookie of cookies) {
        expect(cookie).toMatch(/; secure/i);
        expect(cookie).toMatch(/; httponly/i);
        expect(cookie).toMatch(/; samesite=lax/i);
      }
      const discovery = await (
        await fetch(`${local}/oauth/.well-known/openid-configuration`, {
          headers: { 'x-forwarded-host': 'evil.example' },
        })
      ).text();
      expect(discovery).toContain('"token_endpoint":"https://clinic.example/oauth/token"');
      expect(discovery).not.toContain('evil');
      expect(discovery).not.toContain('http:');
    } finally {
      await own.close();
      await proxied.stop();
    }
  });
});

describe('requests that make no sense', () => {
  const raw = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${api.origin}/oauth${path}`, { redirect: 'manual', ...init });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  it.each<[string, string, RequestInit]>([
    [
      'JSON at the token endpoint',
      '/token',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' },
    ],
    ['a huge form', '/token', { method: 'POST', headers: form, body: `a=${'x'.repeat(100_000)}` }],
    [
      'a repeated parameter',
      '/token',
      { method: 'POST', headers: form, body: 'grant_type=client_credentials&grant_type=x' },
    ],
    ['broken escapes', '/token', { method: 'POST', headers: form, body: '%zz=%ff&grant_type=%00' }],
    [
      'NUL in a code',
      '/token',
      { method: 'POST', headers: form, body: 'grant_type=authorization_code&code=%00&redirect_uri=%00&client_id=%00' },
    ],
    [
      'prototype names',
      '/token',
      { method: 'POST', headers: form, body: '__proto__=1&constructor=2&grant_type=__proto__&client_id=__proto__' },
    ],
    [
      'half a Basic header',
      '/token',
      { method: 'POST', headers: { ...form, authorization: 'Basic !!!' }, body: 'grant_type=client_credentials' },
    ],
    [
      'Basic with NUL',
      '/token',
      { method: 'POST', headers: { ...form, authorization: 'Basic AAAAOgAA' }, body: 'grant_type=client_credentials' },
    ],
    ['no body', '/token', { method: 'POST' }],
    ['a wrong method', '/token', { method: 'DELETE' }],
    ['an unknown path', '/no/such/path', {}],
    ['a broken path', '/interaction/%E0%A4%A', {}],
    ['an invented interaction', '/interaction/abc', {}],
    ['an invented resume', '/auth/abc', {}],
    ['broken cookies', '/auth/abc', { headers: { cookie: 'healthcare_resume=%; healthcare_session=\u00ff; =; ;' } }],
    ['an authorization request without anything', '/auth', {}],
    ['an unknown token at userinfo', '/me', { headers: { authorization: 'Bearer abc' } }],
    ['a sign-out with a broken hint', '/session/end?id_token_hint=a.b.c', {}],
  ])('%s is answered as such', async (_name, path, init) => {
    const response = await raw(path, init);
    const text = await response.text();
    expect(response.status, text).toBeGreaterThanOrEqual(400);
    expect(response.status, text).toBeLessThan(500);
    expect(text).not.toMatch(/node_modules|at .*\.js/);
  });

  it('goes on after a body that breaks off', async () => {
    const socket = connect(Number(api.environment.PORT), '127.0.0.1');
    socket.write(
      'POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 99\r\n\r\na=b',
    );
    await sleep(50);
    socket.destroy();
    await sleep(50);
    expect((await raw('/jwks')).status).toBe(200);
    expect(api.log.some((line) => line.includes('"level":"error"'))).toBe(false);
  });
});

describe('two API processes that start at once', () => {
  it('make one key, and each takes the tokens of the other', async () => {
    const database = await createTestDatabase();
    const environment = {
      IDENTITY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      PUBLIC_URL: 'https://clinic.example',
    };
    const booted = await Promise.all([1, 2].map(() => bootApi({ database, environment })));
    const own = new Database(loadConfig(booted[0]!.environment).database, 'test');
    try {
      const origins = booted.map((one) => `http://127.0.0.1:${one.environment.PORT}`);
      const published = await Promise.all(origins.map(async (origin) => (await fetch(`${origin}/oauth/jwks`)).text()));
      expect(published[0]).toBe(published[1]);
      expect((JSON.parse(published[0]!) as { keys: unknown[] }).keys).toHaveLength(1);
      const credentials = await createClient(own, {
        tenantId: await booted[0]!.tenant('north'),
        name: 'Lab',
        scopes: ['system/*.rs'],
        grantTypes: ['client_credentials'],
      });
      for (const [issuer, server] of [origins, origins.toReversed()] as [string, string][]) {
        const { body } = await requestToken(
          issuer,
          { grant_type: 'client_credentials', scope: 'system/*.rs' },
          credentials,
        );
        const headers = { authorization: `Bearer ${body.access_token}` };
        expect((await fetch(`${server}/fhir/R4/Patient`, { headers })).status).toBe(200);
      }
    } finally {
      await own.close();
      await Promise.all(booted.map((one) => one.stop()));
      await database.drop();
    }
  });
});
