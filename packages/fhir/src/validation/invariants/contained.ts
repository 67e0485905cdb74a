import type { IssueCollector } from '../issue-collector.js';
import type { JsonObject } from './invariant.js';

/** dom-3, dom-4 and dom-5, for a resource that contains others. dom-2 is checked on the way down. */
export function checkContained(resource: JsonObject, issues: IssueCollector): void {
  const { contained } = resource;
  if (!Array.isArray(contained)) return;
  const fragments = new Set<string>();
  collectFragments(resource, fragments);
  for (const [index, item] of (contained as unknown[]).entries()) {
    if (typeof item !== 'object' || item === null) continue;
    const { id, meta } = item as { readonly id?: unknown; readonly meta?: unknown };
    const isReferredTo = typeof id === 'string' && fragments.has(`#${id}`);
    if (!isReferredTo && !refersToContainer(item)) {
      const text = 'Expected an id that the resource around it refers to with # (dom-3)';
      issues.add('invariant', text, 'contained', index);
    }
    for (const name of ['versionId', 'lastUpdated', 'security']) {
      if (typeof meta !== 'object' || meta === null || !(name in meta)) continue;
      const text = `Expected no meta.${name} in a contained resource (${name === 'security' ? 'dom-5' : 'dom-4'})`;
      issues.add('invariant', text, 'contained', index);
    }
  }
}

function refersToContainer(contained: object): boolean {
  const own = new Set<string>();
  collectFragments(contained, own);
  return own.has('#');
}

/** Every string that names a fragment. Keeps its own stack: it may run on what was refused for its depth. */
function collectFragments(root: object, into: Set<string>): void {
  const pending: object[] = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    for (const item of Object.values(value) as unknown[]) {
      if (typeof item === 'object' && item !== null) pending.push(item);
      else if (typeof item === 'string' && item.startsWith('#')) into.add(item);
    }
  }
}
