import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';

/** Elliptic curve P-256: signing costs a tenth of RSA's, and every client of SMART knows it. */
export const SIGNING_ALGORITHM = 'ES256';

/** A key pair of the authorization server and the times of its life, in milliseconds since 1970. */
export interface SigningKey {
  /** Thumbprint of the public key (RFC 7638). */
  readonly kid: string;
  readonly privateJwk: JsonWebKey;
  readonly publicKey: KeyObject;
  readonly activeFromMs: number;
  readonly retireAtMs: number | undefined;
}

export interface KeyPair {
  readonly kid: string;
  readonly privateJwk: JsonWebKey;
  readonly publicJwk: JsonWebKey;
}

export function generateKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicJwk = publicKey.export({ format: 'jwk' });
  return { kid: thumbprint(publicJwk), privateJwk: privateKey.export({ format: 'jwk' }), publicJwk };
}

/** The public half of a private key. */
export function publicKeyOf(privateJwk: JsonWebKey): KeyObject {
  return createPublicKey(createPrivateKey({ key: privateJwk, format: 'jwk' }));
}

function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
