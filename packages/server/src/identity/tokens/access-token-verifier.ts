import { createHash, type KeyObject } from 'node:crypto';
import { errors, jwtVerify, type JWTPayload } from 'jose';
import type { Caller } from '../caller.js';
import { type IdentityConfig, issuerOf } from '../identity-config.js';
import type { KeyRing } from '../keys/key-ring.js';
import { SIGNING_ALGORITHM } from '../keys/signing-key.js';
import { ScopeSet } from '../scope-set.js';
import { BoundedCache } from './bounded-cache.js';
import type { CallerDirectory } from './caller-directory.js';
import { InvalidTokenError } from './invalid-token-error.js';

/** Claims of our own in access tokens. */
export const TENANT_CLAIM = 'tenant';
export const TENANT_ID_CLAIM = 'tenant_id';

const CAPACITY = 10_000;
/** With the 30 s of `CallerDirectory`: what is disabled or rotated away ends within a minute. */
const MAX_AGE_MS = 30_000;
/** Longest token that is looked at: ours have about 800 characters. */
const MAX_TOKEN_LENGTH = 8_192;

/**
 * Verifies access tokens in this process (RFC 9068, RFC 8725): algorithm, signature, type, issuer, audience, times, and
 * that clinic, client and person are still there.
 *
 * A verified token is remembered for up to 30 s by its SHA-256, as long as its key is accepted: checking the signature
 * costs more than a small read does (measured: docs/adr/0003-identity.md).
 */
export class AccessTokenVerifier {
  readonly #issuer: string;
  readonly #audience: string;
  readonly #verified: BoundedCache<{ readonly caller: Caller; readonly kid: string }>;

  constructor(
    config: Pick<IdentityConfig, 'publicUrl' | 'fhirBaseUrl'>,
    private readonly keys: KeyRing,
    private readonly directory: CallerDirectory,
    private readonly now: () => number = Date.now,
  ) {
    this.#issuer = issuerOf(config);
    this.#audience = config.fhirBaseUrl;
    this.#verified = new BoundedCache(CAPACITY, now);
  }

  /** @throws {InvalidTokenError} for whatever is wrong with the token. */
  async verify(token: string): Promise<Caller> {
    if (token.length > MAX_TOKEN_LENGTH) {
      throw new InvalidTokenError('invalid');
    }
    const fingerprint = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(fingerprint);
    if (known !== undefined && (await this.keys.verificationKey(known.kid)) !== undefined) {
      return known.caller;
    }
    const { payload, kid } = await this.#verifySignature(token);
    const caller = callerFrom(payload);
    if (!(await this.directory.isActive(caller))) {
      throw new InvalidTokenError('disabled');
    }
    const expiresMs = (payload.exp as number) * 1000;
    this.#verified.set(fingerprint, { caller, kid }, Math.min(expiresMs, this.now() + MAX_AGE_MS));
    return caller;
  }

  async #verifySignature(token: string): Promise<{ payload: JWTPayload; kid: string }> {
    const keyOf = async ({ kid }: { kid?: string }): Promise<KeyObject> => {
      const key = kid === undefined ? undefined : await this.keys.verificationKey(kid);
      if (key === undefined) {
        throw new InvalidTokenError('invalid');
      }
      return key;
    };
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keyOf, {
        algorithms: [SIGNING_ALGORITHM],
        typ: 'at+jwt',
        issuer: this.#issuer,
        audience: this.#audience,
        requiredClaims: ['exp', 'sub', 'client_id', TENANT_CLAIM, TENANT_ID_CLAIM],
        currentDate: new Date(this.now()),
      });
      return { payload, kid: protectedHeader.kid as string };
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw new InvalidTokenError('expired');
      }
      if (error instanceof errors.JOSEError) {
        throw new InvalidTokenError('invalid');
      }
      throw error;
    }
  }
}

function callerFrom(payload: JWTPayload): Caller {
  const { sub, scope, client_id: clientId, [TENANT_CLAIM]: tenant, [TENANT_ID_CLAIM]: tenantId } = payload;
  if (
    typeof sub !== 'string' ||
    typeof clientId !== 'string' ||
    typeof tenant !== 'string' ||
    !Number.isSafeInteger(tenantId)
  ) {
    throw new InvalidTokenError('invalid');
  }
  return Object.freeze({
    tenantId: tenantId as number,
    tenant,
    clientId,
    subject: sub,
    scopes: ScopeSet.parse(typeof scope === 'string' ? scope : ''),
  });
}
