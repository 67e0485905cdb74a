import { createTenant, createTestDatabase, type TestDatabase, withClient } from '@healthcare/testkit';
import { SignJWT } from 'jose';
import { createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../clients/create-client.js';
import { KeyRing } from '../keys/key-ring.js';
import { KeySealer } from '../keys/key-sealer.js';
import { SigningKeyStore } from '../keys/signing-key-store.js';
import { Database } from '../../platform/database/index.js';
import { createUser } from '../users/create-user.js';
import { AccessTokenVerifier } from './access-token-verifier.js';
import { CallerDirectory } from './caller-directory.js';
import { InvalidTokenError } from './invalid-token-error.js';

const config = { publicUrl: 'https://clinic.example', fhirBaseUrl: 'https://clinic.example/fhir/R4' };
const startMs = Date.UTC(2026, 10, 23);

let testDatabase: TestDatabase;
let database: Database;
let keys: KeyRing;
let clientId: string;
let tenantId: number;
let nowMs: number;
let verifier: AccessTokenVerifier;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = new Database({
    url: testDatabase.appUrl,
    poolSize: 5,
    connectTimeoutMs: 2_000,
    statementTimeoutMs: 5_000,
  });
  nowMs = startMs;
  keys = new KeyRing(new SigningKeyStore(database, new KeySealer(randomBytes(32))), () => nowMs);
  tenantId = await createTenant(testDatabase.url, 'north');
  ({ clientId } = await createClient(database, {
    tenantId,
    name: 'Lab',
    scopes: ['system/*.rs'],
    grantTypes: ['client_credentials'],
  }));
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});
beforeEach(() => {
  nowMs = startMs;
  verifier = new AccessTokenVerifier(config, keys, new CallerDirectory(database, () => nowMs), () => nowMs);
});

interface Parts {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly key?: KeyObject | Uint8Array;
}

/** A token as the authorization server makes it, but for what is given. */
async function token({ header = {}, claims = {}, key }: Parts = {}): Promise<string> {
  const { signing } = await keys.keySet();
  const payload = {
    iss: 'https://clinic.example/oauth',
    aud: config.fhirBaseUrl,
    sub: clientId,
    client_id: clientId,
    tenant: 'north',
    tenant_id: tenantId,
    scope: 'system/Patient.rs',
    exp: startMs / 1000 + 300,
    ...claims,
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: signing.kid, ...header })
    .sign(key ?? createPrivateKey({ key: signing.privateJwk, format: 'jwk' }), { crit: { 'urn:example': true } });
}

const reasonOf = async (text: string): Promise<string> => {
  try {
    await verifier.verify(text);
    return 'accepted';
  } catch (error) {
    return error instanceof InvalidTokenError ? error.reason : `threw ${String(error)}`;
  }
};

describe('AccessTokenVerifier', () => {
  it('tells who calls', async () => {
    const caller = await verifier.verify(await token());
    expect(caller).toMatchObject({ tenantId, tenant: 'north', clientId, subject: clientId });
    expect(caller.scopes.allows('Patient', 'read')).toBe(true);
    expect(caller.scopes.allows('Patient', 'update')).toBe(false);
    expect(Object.isFrozen(caller)).toBe(true);
  });

  it.each<[string, Parts]>([
    ['of another issuer', { claims: { iss: 'https://evil.example/oauth' } }],
    ['for another audience', { claims: { aud: 'https://elsewhere.example/fhir/R4' } }],
    ['of another type, like an id token', { header: { typ: 'JWT' } }],
    ['with an unknown key', { header: { kid: 'unknown' } }],
    ['without a key id', { header: { kid: undefined } }],
    ['signed by somebody else', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }],
    ['without an end', { claims: { exp: undefined } }],
    ['without a clinic', { claims: { tenant: undefined } }],
    ['with a clinic that is no number', { claims: { tenant_id: '1' } }],
    ['that is not valid yet', { claims: { nbf: startMs / 1000 + 100 } }],
    ['with an extension that must be understood', { header: { crit: ['urn:example'], 'urn:example': 1 } }],
  ])('refuses a token %s', async (_name, parts) => {
    expect(await reasonOf(await token(parts))).toBe('invalid');
  });

  it('refuses an expired token, also one that it knew before', async () => {
    const text = await token();
    expect(await reasonOf(text)).toBe('accepted');
    nowMs = startMs + 299_999;
    expect(await reasonOf(text)).toBe('accepted');
    nowMs = startMs + 300_000;
    expect(await reasonOf(text)).toBe('expired');
  });

  it('refuses the algorithms "none" and HS256 with the public key as secret', async () => {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [, payload] = (await token()).split('.') as [string, string, string];
    const { signing } = await keys.keySet();
    const none = encode({ alg: 'none', typ: 'at+jwt', kid: signing.kid });
    expect(await reasonOf(`${none}.${payload}.`)).toBe('invalid');
    const secret = Buffer.from(signing.publicKey.export({ type: 'spki', format: 'pem' }));
    expect(await reasonOf(await token({ header: { alg: 'HS256' }, key: secret }))).toBe('invalid');
  });

  it('refuses a token with any part changed, whether it knows the token or not', async () => {
    const text = await token();
    await verifier.verify(text);
    for (const [index, part] of text.split('.').entries()) {
      const parts = text.split('.');
      parts[index] = `${part.slice(0, 5)}${part[5] === 'A' ? 'B' : 'A'}${part.slice(6)}`;
      expect(await reasonOf(parts.join('.'))).toBe('invalid');
    }
  });

  it('refuses what is no token at all', async () => {
    for (const text of ['', 'a', 'a.b.c', '...', 'e30.e30.e30', 'x'.repeat(100_000)]) {
      expect(await reasonOf(text)).toBe('invalid');
    }
  });

  it('refuses a token that a key outside of the database signed for a known key id', async () => {
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk: JsonWebKey = own.publicKey.export({ format: 'jwk' });
    expect(await reasonOf(await token({ header: { jwk }, key: own.privateKey }))).toBe('invalid');
  });

  it('goes on with a token through a rotation', async () => {
    const before = await token();
    await verifier.verify(before);
    await keys.rotate();
    nowMs += 60_000;
    expect(await reasonOf(before)).toBe('accepted');
    expect(await reasonOf(await token())).toBe('accepted');
  });

  it('ends with its key, also where it is known', async () => {
    const before = await token();
    expect(await reasonOf(before)).toBe('accepted');
    await keys.rotate({ immediately: true });
    expect(await reasonOf(before)).toBe('invalid');
    expect(await reasonOf(await token())).toBe('accepted');
  });

  it('ends within a minute with client, person and clinic', async () => {
    const tenant = await createTenant(testDatabase.url, 'south');
    const client = await createClient(database, {
      tenantId: tenant,
      name: 'L',
      scopes: [],
      grantTypes: ['client_credentials'],
    });
    const user = await createUser(database, { tenantId: tenant, username: 'u', displayName: 'U', scopes: [] });
    const claims = { tenant: 'south', tenant_id: tenant, client_id: client.clientId, exp: startMs / 1000 + 3_000 };
    const ofPerson = await token({ claims: { ...claims, sub: user.userId } });
    const ofClient = await token({ claims: { ...claims, sub: client.clientId } });
    const elsewhere = await token({ claims: { ...claims, sub: user.userId, tenant: 'north', tenant_id: tenantId } });
    const misnamed = await token({ claims: { ...claims, tenant: 'north', sub: client.clientId } });
    const reasons = (): Promise<string[]> => Promise.all([ofPerson, ofClient, elsewhere, misnamed].map(reasonOf));
    expect(await reasons()).toEqual(['accepted', 'accepted', 'disabled', 'disabled']);
    await database.withTenant(tenant, (tx) => tx.query('update identity.app_user set disabled_at = now()'));
    nowMs += 60_000;
    expect(await reasons()).toEqual(['disabled', 'accepted', 'disabled', 'disabled']);
    await withClient(testDatabase.url, (owner) => owner.query('delete from platform.tenant where id = $1', [tenant]));
    nowMs += 60_000;
    expect(await reasons()).toEqual(['disabled', 'disabled', 'disabled', 'disabled']);
  });

  it('fails and does not refuse while it is not known who is active', async () => {
    const closed = new Database({
      url: testDatabase.appUrl,
      poolSize: 1,
      connectTimeoutMs: 500,
      statementTimeoutMs: 500,
    });
    await closed.close();
    const broken = new AccessTokenVerifier(config, keys, new CallerDirectory(closed, () => nowMs), () => nowMs);
    await expect(broken.verify(await token())).rejects.not.toThrow(InvalidTokenError);
  });
});
