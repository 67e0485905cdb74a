import type { Transaction } from '../../platform/database/index.js';
import { FhirError } from '../../platform/errors/index.js';
import { parseQueryPairs } from '../../platform/http/index.js';
import { type Caller, requireScope } from '../../identity/index.js';
import { readSearch, type TargetedWrite } from '../interactions/index.js';
import type { Resource } from '../resource.js';
import type { SearchReader } from '../search/index.js';
import type { BundleEntry } from './bundle-entry.js';
import { forEachReference, isConditionalReference } from './rewrite-references.js';

/**
 * Under which names the entries of a bundle refer to each other.
 *
 * @throws {FhirError} 400 when two entries have one fullUrl.
 */
export function targetsByFullUrl(
  entries: readonly BundleEntry[],
  planned: readonly TargetedWrite[],
): ReadonlyMap<string, string> {
  const targets = new Map<string, string>();
  for (const [index, write] of planned.entries()) {
    const entry = entries[index]!;
    const target = targetOf(write);
    if (target === undefined || entry.fullUrl === undefined) {
      continue;
    }
    if (targets.has(entry.fullUrl)) {
      throw FhirError.of(
        400,
        'duplicate',
        'Two entries have the same fullUrl.',
        `Bundle.entry[${entry.index}].fullUrl`,
      );
    }
    targets.set(entry.fullUrl, target);
    // `http://example.org/fhir/Patient/1` is also what `Patient/1` means beside it.
    const relative = /^https?:\/\/.+\/([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})$/.exec(entry.fullUrl)?.[1];
    if (relative !== undefined && !targets.has(relative)) {
      targets.set(relative, target);
    }
  }
  return targets;
}

function targetOf(write: TargetedWrite): string | undefined {
  switch (write.kind) {
    case 'store':
      return `${write.request.type}/${write.id}`;
    case 'keep':
      return `${write.version.type}/${write.version.id}`;
    default:
      return undefined;
  }
}

/**
 * Looks up every conditional reference of `resources`, each once.
 *
 * @throws {FhirError} 412 when one matches nothing or more than one resource; 403 when the caller may not search there.
 */
export async function targetsByCondition(
  tx: Transaction,
  caller: Caller,
  searches: SearchReader,
  baseUrl: string,
  resources: readonly Resource[],
): Promise<ReadonlyMap<string, string>> {
  const conditions = new Set<string>();
  for (const resource of resources) {
    forEachReference(resource, (reference) => {
      if (isConditionalReference(reference)) {
        conditions.add(reference);
      }
    });
  }
  const found = await Promise.all(
    [...conditions].map(async (condition): Promise<readonly [string, string]> => {
      const at = condition.indexOf('?');
      const type = condition.slice(0, at);
      requireScope(caller, type, 'search');
      const query = readSearch(type, parseQueryPairs(condition.slice(at + 1)), { handling: 'strict', baseUrl });
      const matches = await searches.first(tx, query, 2);
      if (matches.length !== 1) {
        throw FhirError.of(
          412,
          matches.length === 0 ? 'not-found' : 'multiple-matches',
          `A conditional reference to ${type} matches ${matches.length === 0 ? 'nothing' : 'more than one resource'}.`,
        );
      }
      return [condition, `${type}/${matches[0]!.id}`];
    }),
  );
  return new Map(found);
}
