import { createHash } from 'node:crypto';
import type { EntryRange } from './model.js';

export interface KeyParts {
  readonly contentHash: string;
  readonly range: EntryRange;
  /** Empty until the operator asks for a fresh load; see {@link Journal}. */
  readonly generation: string;
}

/**
 * The `Idempotency-Key` of a request, 64 hex digits. It depends on nothing but what is sent, so a run that was killed
 * between the server's commit and its own journal asks again under the same key, and is told what happened the first
 * time. Where it is sent is left out: a server keeps keys by clinic, and the same clinic behind another address or port
 * is to recognise them. `v1` is the form of the request body: a form that changes needs another key, or the server would
 * meet a known key with an unknown body.
 */
export function idempotencyKey({ contentHash, range, generation }: KeyParts): string {
  return createHash('sha256')
    .update(['healthctl-load-v1', contentHash, `${range.from}-${range.to}`, generation].join('\n'))
    .digest('hex');
}
