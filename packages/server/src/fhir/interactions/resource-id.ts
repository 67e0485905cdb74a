import { randomBytes } from 'node:crypto';
import { FhirError } from '../../platform/errors/index.js';

const ID = /^[A-Za-z0-9.-]{1,64}$/;

/** A new logical id: a UUID of version 7 (RFC 9562), which grows with time, so that new rows share index pages. */
export function newResourceId(nowMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** @throws {FhirError} 400 when `id` is none that a resource can have. */
export function requireResourceId(id: string): string {
  if (!ID.test(id)) {
    throw FhirError.of(400, 'value', 'An id has 1 to 64 of the characters A-Z a-z 0-9 - and . only.');
  }
  return id;
}
