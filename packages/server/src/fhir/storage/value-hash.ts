import { hash } from 'node:crypto';

/**
 * First 64 bits of the SHA-256 of `text` as a signed decimal, the form in which PostgreSQL takes a `bigint`.
 *
 * A cryptographic hash: nobody can make a value that answers the searches for a given other one. Two of one's own that
 * answer each other's take 2^32 attempts, and stay in one's own clinic. 0.7 µs a value.
 */
export function hash64(text: string): string {
  return hash('sha256', text, 'buffer').readBigInt64BE(0).toString();
}

/** First 32 bits of the SHA-256 of `text`, signed. */
export function hash32(text: string): number {
  return hash('sha256', text, 'buffer').readInt32BE(0);
}
