import { createClient, createUser, Database, loadConfig } from '@healthcare/server';
import { type BootedApi, bootApi, FhirClient } from '@healthcare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimsOf, headerOf } from './jwt.js';
import { requestToken, type TokenAnswer } from './token-request.js';

let api: BootedApi;
let access: Database;
beforeAll(async () => {
  api = await bootApi();
  access = new Database(loadConfig(api.environment).database, 'test');
});
afterAll(async () => {
  await access.close();
  await api.stop();
});

async function register(
  scopes: readonly string[],
  slug = 'north',
): Promise<{ clientId: string; clientSecret: string }> {
  return createClient(access, {
    tenantId: await api.tenant(slug),
    name: 'Lab',
    scopes,
    grantTypes: ['client_credentials'],
  });
}

const ask = (
  credentials: { clientId: string; clientSecret: string },
  scope: string | undefined,
): Promise<TokenAnswer> =>
  requestToken(
    api.origin,
    { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) },
    credentials,
  );

describe('client credentials', () => {
  it('gives a token for the FHIR API that lives five minutes', async () => {
    const credentials = await register(['system/*.cruds']);
    const answer = await ask(credentials, 'system/*.cruds');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 300, scope: 'system/*.cruds' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const token = answer.body.access_token;
    expect(headerOf(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) as string });
    expect(claimsOf(token)).toMatchObject({
      iss: `${api.origin}/oauth`,
      aud: api.fhirUrl,
      sub: credentials.clientId,
      client_id: credentials.clientId,
      tenant: 'north',
      tenant_id: await api.tenant('north'),
      scope: 'system/*.cruds',
    });
    const client = new FhirClient(api.fhirUrl, token);
    expect((await client.get('Patient')).status).toBe(200);
  });

  it('takes the secret from the body too', async () => {
    const { clientId, clientSecret } = await register(['system/*.rs']);
    const answer = await requestToken(api.origin, {
      grant_type: 'client_credentials',
      scope: 'system/*.rs',
      client_id: clientId,
      client_secret: clientSecret,
    });
    expect(answer.status).toBe(200);
  });

  it('refuses a wrong secret, and the stored hash in its place', async () => {
    const { clientId, clientSecret } = await register(['system/*.rs']);
    const rows = await access.transaction((tx) =>
      tx.query<{ hash: string }>("select encode(secret_hash, 'hex') as hash from identity.client where id = $1", [
        clientId,
      ]),
    );
    expect(rows[0]!.hash).not.toContain(clientSecret);
    for (const wrong of ['wrong', `${clientSecret}x`, rows[0]!.hash]) {
      const answer = await ask({ clientId, clientSecret: wrong }, 'system/*.rs');
      expect(answer.status).toBe(401);
      expect(answer.body.error).toBe('invalid_client');
    }
  });

  it.each(['no-such-client', 'a\0b', '', 'x'.repeat(300)])('refuses the client %j', async (clientId) => {
    const answer = await requestToken(api.origin, {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: 'x',
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it.each([
    ['system/*.cruds', 'system/Patient.rs system/Observation.cr'],
    ['system/Patient.cruds system/Encounter.r', 'system/Patient.rs'],
    ['system/*.read', 'system/Patient.rs system/Observation.r'],
    ['system/Patient.read', 'system/Patient.read'],
    ['openid launch/patient patient/*.rs system/Patient.s', 'system/Patient.s'],
    ['user/*.cruds system/Patient.rs', 'system/Patient.rs'],
  ])('narrows %s', async (requested, granted) => {
    const credentials = await register(['system/Patient.rs', 'system/Observation.cr', 'user/*.cruds']);
    const answer = await ask(credentials, requested);
    expect(answer.body.scope).toBe(granted);
    expect(claimsOf(answer.body.access_token)['scope']).toBe(granted);
  });

  it.each([
    [undefined, 'scope is missing'],
    ['system/Encounter.rs', 'is not permitted for this client'],
    ['system/Patient.d', 'is not permitted for this client'],
    ['healthcare/operator', 'is not permitted for this client'],
    ['user/Patient.rs', 'ask for system/ scopes'],
    ['patient/Patient.rs', 'needs a patient in context'],
    ['system/Patient.rs?status=active', 'restricts by a query'],
    ['system/Patient.rs system/Patient.rs?status=active', 'restricts by a query'],
    ['system/Patient.sr', 'is not a scope of this server'],
    ['everything', 'is not a scope of this server'],
  ])('refuses the scope %j', async (scope, why) => {
    const credentials = await register(['system/Patient.rs', 'user/*.cruds']);
    const answer = await ask(credentials, scope);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toBe('invalid_scope');
    expect(answer.body.error_description).toContain(why);
  });

  it('gives no token for another resource', async () => {
    const credentials = await register(['system/*.rs']);
    const answer = await requestToken(
      api.origin,
      { grant_type: 'client_credentials', scope: 'system/*.rs', resource: 'https://elsewhere.example/fhir' },
      credentials,
    );
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
  });

  it('gives no token to a client of people', async () => {
    const { clientId } = await createClient(access, {
      tenantId: await api.tenant('north'),
      name: 'Page',
      scopes: ['user/*.rs'],
      grantTypes: ['authorization_code'],
      redirectUris: ['https://page.example/back'],
      isPublic: true,
    });
    const answer = await requestToken(api.origin, {
      grant_type: 'client_credentials',
      scope: 'user/*.rs',
      client_id: clientId,
    });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('ends what is disabled', async () => {
    const credentials = await register(['system/*.rs']);
    const { body } = await ask(credentials, 'system/*.rs');
    await access.transaction((tx) =>
      tx.query('update identity.client set disabled_at = now() where id = $1', [credentials.clientId]),
    );
    expect((await ask(credentials, 'system/*.rs')).status).toBe(401);
    expect((await new FhirClient(api.fhirUrl, body.access_token).get('Patient')).status).toBe(401);
  });
});

describe('scopes at the FHIR API', () => {
  const patient = { resourceType: 'Patient', name: [{ family: 'Aber' }] };

  it('lets a caller do what its token says and names what is missing', async () => {
    const reader = await api.client('north', 'system/Patient.rs');
    const writer = await api.client('north', 'system/Patient.c');
    const created = await writer.post('Patient', patient);
    expect(created.status).toBe(201);
    const path = `Patient/${created.json.id}`;
    expect((await reader.get(path)).status).toBe(200);
    const refusals: [Promise<{ status: number; text: string; headers: Headers }>, string][] = [
      [writer.get(path), 'system/Patient.r'],
      [writer.get('Patient'), 'system/Patient.s'],
      [reader.post('Patient', patient), 'system/Patient.c'],
      [reader.put(path, { ...patient, id: created.json.id }), 'system/Patient.u'],
      [reader.delete(path), 'system/Patient.d'],
      [reader.get('Observation'), 'system/Observation.s'],
      [reader.get('_history'), 'system/*.'],
    ];
    for (const [answer, scope] of refusals) {
      const { status, text, headers } = await answer;
      expect(status).toBe(403);
      expect(text).toContain(scope);
      expect(headers.get('www-authenticate')).toContain(`error="insufficient_scope", scope="${scope}`);
    }
  });

  it('keeps a token in its clinic', async () => {
    const north = await api.client('north');
    const south = await api.client('south');
    const { json } = await north.post('Patient', patient);
    expect((await south.get(`Patient/${json.id}`)).status).toBe(404);
    expect((await north.get(`Patient/${json.id}`)).status).toBe(200);
  });
});

describe('without a token', () => {
  it.each([
    ['nothing', undefined, 'Bearer resource_metadata='],
    ['another scheme', 'Basic abc', 'error="invalid_request"'],
    ['an empty token', 'Bearer ', 'error="invalid_request"'],
    ['no JWT', 'Bearer abc', 'error="invalid_token"'],
    ['a JWT of nobody', `Bearer ${['eyJhbGciOiJub25lIn0', 'e30', ''].join('.')}`, 'error="invalid_token"'],
    ['a long one', `Bearer ${'a'.repeat(9_000)}`, 'error="invalid_token"'],
  ])('refuses %s with 401', async (_name, authorization, challenge) => {
    const response = await fetch(`${api.fhirUrl}/Patient`, {
      headers: authorization === undefined ? {} : { authorization },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain(challenge);
    expect(response.headers.get('www-authenticate')).toContain(
      `${api.origin}/.well-known/oauth-protected-resource/fhir/R4`,
    );
    expect(await response.json()).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'login' }] });
  });

  it.each([
    ['/fhir/R4/metadata', 'fhirVersion'],
    ['/fhir/R4/.well-known/smart-configuration', 'token_endpoint'],
    ['/.well-known/oauth-protected-resource/fhir/R4', 'authorization_servers'],
    ['/oauth/.well-known/openid-configuration', 'jwks_uri'],
    ['/oauth/.well-known/oauth-authorization-server', 'jwks_uri'],
    ['/oauth/jwks', 'keys'],
  ])('answers %s', async (path, property) => {
    const response = await fetch(`${api.origin}${path}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toHaveProperty(property);
  });

  it('names in both discovery documents the same endpoints, which are there', async () => {
    const smart = (await (await fetch(`${api.fhirUrl}/.well-known/smart-configuration`)).json()) as Record<
      string,
      string
    >;
    const openid = (await (await fetch(`${api.origin}/oauth/.well-known/openid-configuration`)).json()) as Record<
      string,
      string
    >;
    for (const name of [
      'issuer',
      'jwks_uri',
      'authorization_endpoint',
      'token_endpoint',
      'revocation_endpoint',
      'introspection_endpoint',
    ]) {
      expect(smart[name]).toBe(openid[name]);
    }
    expect(openid.issuer).toBe(`${api.origin}/oauth`);
    for (const name of ['token_endpoint', 'revocation_endpoint', 'introspection_endpoint']) {
      expect((await fetch(smart[name]!, { method: 'POST' })).status).toBe(400);
    }
  });

  it('publishes no private key', async () => {
    const { keys } = (await (await fetch(`${api.origin}/oauth/jwks`)).json()) as { keys: Record<string, unknown>[] };
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0]!).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });
});

describe('the log', () => {
  it('has no secrets and no tokens', async () => {
    const credentials = await register(['system/*.rs']);
    const { body } = await ask(credentials, 'system/*.rs');
    await createUser(access, {
      tenantId: await api.tenant('north'),
      username: 'somebody',
      displayName: 'S',
      scopes: [],
    });
    await new FhirClient(api.fhirUrl, body.access_token).get('Patient');
    const log = api.log.join('');
    expect(log).toContain('/oauth/*');
    expect(log).not.toContain(credentials.clientSecret);
    expect(log).not.toContain(body.access_token);
    expect(log).not.toContain(body.access_token.split('.')[1]);
    expect(log).not.toContain('somebody');
  });
});
