import { FhirError } from '../../platform/errors/index.js';
import type { StoredVersion } from '../storage/index.js';
import { parseEtags } from './version-id.js';
import type { WriteRequest } from './write-request.js';

/** A write whose resource is known: what was conditional is decided. */
export type TargetedWrite =
  | { readonly kind: 'store'; readonly request: Exclude<WriteRequest, { kind: 'delete' }>; readonly id: string }
  | { readonly kind: 'remove'; readonly request: Extract<WriteRequest, { kind: 'delete' }>; readonly id: string }
  | { readonly kind: 'keep'; readonly version: StoredVersion }
  | { readonly kind: 'nothing' };

/**
 * Decides what each write is about. Deletions come first, whatever their order, as in a transaction: what they remove
 * is no match for the conditions of the others.
 *
 * @param matches Up to two matches of each request's condition.
 * @throws {FhirError} As `planWrite`.
 */
export function planWrites(
  requests: readonly WriteRequest[],
  matches: readonly (readonly StoredVersion[])[],
  newId: () => string,
): TargetedWrite[] {
  const removals = new Map(
    requests.flatMap((request, index) =>
      request.kind === 'delete' ? [[index, planWrite(request, matches[index] ?? [], newId)] as const] : [],
    ),
  );
  const removed = new Set(
    [...removals.values()].flatMap((write) => (write.kind === 'remove' ? [`${write.request.type}/${write.id}`] : [])),
  );
  return requests.map((request, index) => {
    const remaining = (matches[index] ?? []).filter(({ type, id }) => !removed.has(`${type}/${id}`));
    return removals.get(index) ?? planWrite(request, remaining, newId);
  });
}

/**
 * Decides what a write is about from the matches of its condition (at most two are looked up).
 *
 * @throws {FhirError} 412 when a condition matches several resources; 400 when the body's id is another's.
 */
function planWrite(request: WriteRequest, matches: readonly StoredVersion[], newId: () => string): TargetedWrite {
  if (request.condition !== undefined && matches.length > 1) {
    throw FhirError.of(412, 'multiple-matches', 'The condition matches more than one resource: nothing was changed.');
  }
  const match = matches[0];
  switch (request.kind) {
    case 'create':
      return match === undefined ? { kind: 'store', request, id: newId() } : { kind: 'keep', version: match };
    case 'delete': {
      const id = request.id ?? match?.id;
      return id === undefined ? { kind: 'nothing' } : { kind: 'remove', request, id };
    }
    case 'update': {
      if (request.id !== undefined) {
        return { kind: 'store', request, id: request.id };
      }
      const given = request.resource.id;
      if (match !== undefined && given !== undefined && given !== match.id) {
        throw FhirError.of(
          400,
          'value',
          'The resource that the condition matches has another id.',
          `${request.type}.id`,
        );
      }
      return { kind: 'store', request, id: match?.id ?? given ?? newId() };
    }
  }
}

/**
 * Checks If-Match and If-None-Match of a write against the locked current version.
 *
 * @throws {FhirError} 412 when the resource is not at a version that the caller expects.
 */
export function checkPreconditions(request: WriteRequest, current: StoredVersion | undefined): void {
  const live = current !== undefined && current.body !== null ? current : undefined;
  if (request.kind !== 'create' && request.ifMatch !== undefined) {
    const expected = parseEtags(request.ifMatch);
    if (live === undefined || (expected !== '*' && !expected.has(String(live.version)))) {
      throw FhirError.of(
        412,
        'conflict',
        live === undefined
          ? 'If-Match names a version, but there is no such resource.'
          : `The resource is at version ${live.version}: read it again and repeat the change on that.`,
      );
    }
  }
  if (request.kind === 'update' && request.ifNoneMatch !== undefined && live !== undefined) {
    const excluded = parseEtags(request.ifNoneMatch);
    if (excluded === '*' || excluded.has(String(live.version))) {
      throw FhirError.of(412, 'conflict', `If-None-Match excludes the current version ${live.version}.`);
    }
  }
}
