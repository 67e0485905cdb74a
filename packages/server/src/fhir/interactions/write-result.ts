import { etagOf } from './version-id.js';
import type { InteractionResult } from './interaction-request.js';
import type { WriteOutcome } from './write-request.js';

/** What a write answers: status, where the version is, and the stored text. */
export function answerWrite(outcome: WriteOutcome, baseUrl: string): InteractionResult {
  if (outcome.version === undefined) {
    return { status: 204, body: undefined };
  }
  const { version } = outcome;
  const etag = etagOf(version.version);
  if (outcome.kind === 'deleted') {
    return { status: 204, body: undefined, etag };
  }
  return {
    status: outcome.kind === 'created' ? 201 : 200,
    body: version.body ?? undefined,
    etag,
    lastModified: version.lastUpdated,
    location: `${baseUrl}/${version.type}/${version.id}/_history/${version.version}`,
    isWritten: true,
  };
}
