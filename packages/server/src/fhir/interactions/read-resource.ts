import { FhirError } from '../../platform/errors/index.js';
import type { StoredVersion } from '../storage/index.js';
import type { InteractionRequest, InteractionResult } from './interaction-request.js';
import { applySubset } from './subset.js';
import { etagOf, parseEtags } from './version-id.js';

/**
 * Answers a read or vread: the stored text as it is, or 304 where the caller has it already.
 *
 * If-None-Match goes before If-Modified-Since (RFC 9110, 13.2.2).
 *
 * @throws {FhirError} 404 when there never was such a resource or version, 410 when it is deleted.
 */
export function answerRead(
  version: StoredVersion | undefined,
  request: Pick<InteractionRequest, 'ifNoneMatch' | 'ifModifiedSince' | 'subset'>,
): InteractionResult {
  if (version === undefined) {
    throw FhirError.of(404, 'not-found', 'There is no such resource.');
  }
  const etag = etagOf(version.version);
  if (version.body === null) {
    throw new FhirError(
      410,
      { severity: 'error', code: 'deleted', diagnostics: 'The resource was deleted.' },
      { etag },
    );
  }
  const headers = { etag, lastModified: version.lastUpdated };
  if (isUnchanged(version, request)) {
    return { status: 304, body: undefined, ...headers };
  }
  return { status: 200, body: applySubset(version.body, request.subset), ...headers };
}

function isUnchanged(
  version: StoredVersion,
  { ifNoneMatch, ifModifiedSince }: Pick<InteractionRequest, 'ifNoneMatch' | 'ifModifiedSince'>,
): boolean {
  if (ifNoneMatch !== undefined) {
    const known = parseEtags(ifNoneMatch);
    return known === '*' || known.has(String(version.version));
  }
  if (ifModifiedSince !== undefined) {
    // HTTP dates have no fraction; a header that is no date is ignored (RFC 9110, 13.1.3).
    return Math.floor(version.lastUpdated.getTime() / 1000) * 1000 <= Date.parse(ifModifiedSince);
  }
  return false;
}
