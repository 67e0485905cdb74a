import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_LENGTH = 32;

/** A new client secret: 256 random bits, so that it cannot be guessed and needs no slow hash. */
export function generateClientSecret(): string {
  return randomBytes(SECRET_LENGTH).toString('base64url');
}

/**
 * What is stored of a client secret.
 *
 * SHA-256 and not argon2id: stretching makes guessing of words that people choose expensive; 256 random bits cannot be
 * guessed at any speed, and systems get a token every five minutes.
 */
export function hashClientSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** Compares in constant time. */
export function isClientSecret(secret: string, hash: Buffer): boolean {
  return timingSafeEqual(hashClientSecret(secret), hash);
}
