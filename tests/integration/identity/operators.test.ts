import { createClient, Database, loadConfig, OPERATOR_SCOPE } from '@healthcare/server';
import { type BootedApi, bootApi } from '@healthcare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headerOf, isSignedBy } from './jwt.js';
import { requestToken } from './token-request.js';

let api: BootedApi;
let access: Database;
let credentials: { clientId: string; clientSecret: string };
beforeAll(async () => {
  api = await bootApi();
  access = new Database(loadConfig(api.environment).database, 'test');
  credentials = await createClient(access, {
    tenantId: await api.tenant('north'),
    name: 'Operations',
    scopes: [OPERATOR_SCOPE, 'system/*.cruds'],
    grantTypes: ['client_credentials'],
  });
});
afterAll(async () => {
  await access.close();
  await api.stop();
});

async function tokenFor(scope: string): Promise<string> {
  const { body } = await requestToken(api.origin, { grant_type: 'client_credentials', scope }, credentials);
  return body.access_token;
}

const call = (method: string, path: string, token: string): Promise<Response> =>
  fetch(`${api.origin}${path}`, { method, headers: { authorization: `Bearer ${token}` } });

describe('the operator scope', () => {
  it('is needed for the keys of the server, and opens no records', async () => {
    const clerk = await tokenFor('system/*.cruds');
    for (const method of ['GET', 'POST']) {
      const refused = await call(method, '/operator/signing-keys', clerk);
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain('lacks the scope healthcare/operator');
    }
    const operator = await tokenFor(OPERATOR_SCOPE);
    expect((await call('GET', '/operator/signing-keys', operator)).status).toBe(200);
    expect((await call('GET', '/fhir/R4/Patient', operator)).status).toBe(403);
    expect((await fetch(`${api.origin}/operator/signing-keys`)).status).toBe(401);
  });

  it('rotates keys: tokens go on, the next key is published before it signs', async () => {
    const operator = await tokenFor(OPERATOR_SCOPE);
    const rotated = await call('POST', '/operator/signing-keys', operator);
    expect(rotated.status).toBe(201);
    const { keys } = (await rotated.json()) as { keys: { kid: string; isSigning: boolean; activeFrom: string }[] };
    expect(keys.map(({ isSigning }) => isSigning)).toEqual([true, false]);
    expect(Date.parse(keys[1]!.activeFrom)).toBeGreaterThan(Date.now() + 9 * 60_000);
    expect(headerOf(operator)['kid']).toBe(keys[0]!.kid);
    const published = (await (await fetch(`${api.origin}/oauth/jwks`)).json()) as { keys: { kid: string }[] };
    expect(published.keys.map(({ kid }) => kid).toSorted()).toEqual(keys.map(({ kid }) => kid).toSorted());
    expect((await call('GET', '/operator/signing-keys', operator)).status).toBe(200);
    const later = await tokenFor('system/*.rs');
    expect(headerOf(later)['kid']).toBe(keys[0]!.kid);
    expect(await isSignedBy(api.origin, later)).toBe(true);
  });

  it('replaces a key that leaked at once', async () => {
    const before = await tokenFor(OPERATOR_SCOPE);
    const answer = await call('POST', '/operator/signing-keys?immediately=true', before);
    const { keys } = (await answer.json()) as { keys: { kid: string }[] };
    expect(keys.map(({ kid }) => kid)).not.toContain(headerOf(before)['kid']);
    const after = await tokenFor('system/*.rs');
    expect(headerOf(after)['kid']).not.toBe(headerOf(before)['kid']);
    expect(await isSignedBy(api.origin, after)).toBe(true);
    expect(await isSignedBy(api.origin, before)).toBe(false);
    expect((await call('GET', '/fhir/R4/Patient', after)).status).toBe(200);
    expect((await call('GET', '/operator/signing-keys', before)).status).toBe(401);
  });
});
