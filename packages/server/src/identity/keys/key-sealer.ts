import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const VERSION = 1;
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/** The sealed bytes were made with another key, for another place, or were changed. */
export class UnsealError extends Error {
  constructor() {
    super(
      'The signing keys in the database were sealed with another IDENTITY_ENCRYPTION_KEY: start with that one. If it is ' +
        'lost, delete the rows of identity.signing_key; everybody signs in again then.',
    );
    this.name = 'UnsealError';
  }
}

/**
 * Seals secrets for storage: AES-256-GCM, the place they belong to as associated data, so that a sealed value cannot be
 * moved to another row.
 *
 * Layout: version (1 byte), nonce (12), tag (16), ciphertext. Each purpose has a key of its own, derived from the
 * configured one (RFC 5869), so that no use of it can weaken another.
 */
export class KeySealer {
  readonly #key: Buffer;

  /** @param encryptionKey 32 bytes. */
  constructor(encryptionKey: Buffer) {
    this.#key = deriveKey(encryptionKey, 'seal');
  }

  seal(plaintext: string, place: string): Buffer {
    const iv = randomBytes(IV_LENGTH);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(associatedData(place));
    const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(VERSION), iv, cipher.getAuthTag(), ciphertext]);
  }

  /** @throws {UnsealError} */
  open(sealed: Buffer, place: string): string {
    const tagAt = 1 + IV_LENGTH;
    const bodyAt = tagAt + TAG_LENGTH;
    if (sealed.length < bodyAt || sealed[0] !== VERSION) {
      throw new UnsealError();
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(1, tagAt), {
        authTagLength: TAG_LENGTH,
      })
        .setAAD(associatedData(place))
        .setAuthTag(sealed.subarray(tagAt, bodyAt));
      return Buffer.concat([decipher.update(sealed.subarray(bodyAt)), decipher.final()]).toString('utf8');
    } catch {
      throw new UnsealError();
    }
  }
}

/** A key of 32 bytes for one purpose, derived from the configured one. */
export function deriveKey(encryptionKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', encryptionKey, '', `healthcare/${purpose}/v1`, 32));
}

function associatedData(place: string): Buffer {
  return Buffer.from(`v${VERSION}:${place}`, 'utf8');
}
