import { resourceTypes } from '../definitions/resource-types.js';
import type { IssueCollector } from './issue-collector.js';
import { nearestName } from './nearest-name.js';

/** Says what is wrong with a `resourceType` that names no type of R4, for the object the collector is in. */
export function reportResourceType(type: unknown, issues: IssueCollector): void {
  if (type === undefined) {
    issues.add('required', 'Expected a resourceType', 'resourceType');
  } else if (typeof type !== 'string') {
    issues.add('structure', 'Expected a JSON string', 'resourceType');
  } else {
    const nearest = nearestName(type, resourceTypes);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    issues.add('not-supported', `Expected a resource type of FHIR R4${hint}`, 'resourceType');
  }
}
