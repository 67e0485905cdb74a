import { createHash } from 'node:crypto';
import type { Transaction } from '../../platform/database/index.js';
import { FhirError } from '../../platform/errors/index.js';
import type { InteractionResult } from './interaction-request.js';

const MAX_KEY_LENGTH = 200;

/** A request that its sender may repeat without knowing whether it was carried out before. */
export interface IdempotentRequest {
  readonly key: string;
  /** SHA-256 of what was asked. */
  readonly fingerprint: Buffer;
}

/**
 * The request behind an `Idempotency-Key` header.
 *
 * @throws {FhirError} 400 for a key that is empty or too long.
 */
export function idempotentRequest(key: string, method: string, path: string, body: Buffer): IdempotentRequest {
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
    throw FhirError.of(400, 'value', `Idempotency-Key has 1 to ${MAX_KEY_LENGTH} characters.`);
  }
  return { key, fingerprint: createHash('sha256').update(`${method} ${path}\n`).update(body).digest() };
}

/** The part of a request that is its own transaction, such as one entry of a batch. */
export function partOf(request: IdempotentRequest, part: number): IdempotentRequest {
  return { key: `${request.key}#${part}`, fingerprint: request.fingerprint };
}

interface Remembered {
  fingerprint: Buffer;
  response: string;
}

/**
 * Carries a request out at most once: its answer is stored with what it wrote, in the same transaction, and given
 * again to a repetition. A repetition that comes while the first is under way waits for it.
 *
 * @throws {FhirError} 422 when the key was used for another request.
 */
export async function carryOutOnce(
  tx: Transaction,
  request: IdempotentRequest,
  work: () => Promise<InteractionResult>,
): Promise<InteractionResult> {
  const claimed = await tx.query(
    `insert into fhir.idempotent_request (tenant_id, key, fingerprint) values (platform.current_tenant(), $1, $2)
      on conflict do nothing returning key`,
    [request.key, request.fingerprint],
  );
  if (claimed.length === 0) {
    return answerAgain(tx, request);
  }
  const result = await work();
  await tx.query('update fhir.idempotent_request set status = $2, response = $3 where key = $1', [
    request.key,
    result.status,
    JSON.stringify(result),
  ]);
  return result;
}

async function answerAgain(tx: Transaction, request: IdempotentRequest): Promise<InteractionResult> {
  const [remembered] = await tx.query<Remembered & { [column: string]: unknown }>(
    'select fingerprint, response from fhir.idempotent_request where key = $1',
    [request.key],
  );
  if (remembered === undefined || !remembered.fingerprint.equals(request.fingerprint)) {
    throw FhirError.of(422, 'conflict', 'This Idempotency-Key was used for another request: take a new one.');
  }
  const { lastModified, ...result } = JSON.parse(remembered.response) as Omit<InteractionResult, 'lastModified'> & {
    lastModified?: string;
  };
  return lastModified === undefined ? result : { ...result, lastModified: new Date(lastModified) };
}
