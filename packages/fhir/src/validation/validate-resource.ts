import { isResourceType } from '../definitions/resource-types.js';
import { IssueCollector } from './issue-collector.js';
import { reportResourceType } from './report-resource-type.js';
import { isJsonObject, ResourceValidator } from './resource-validator.js';
import type { ValidationIssue } from './validation-issue.js';

/**
 * Every fault of a resource against the base definitions of R4: structure, cardinality, primitive values, required
 * codes, references, narrative, and the invariants of extensions and contained resources. Never throws, in time linear
 * in the size of the value, whatever it is given.
 * @param value as `parseJson` gives it
 * @returns the faults in the order in which they stand; at most `MAX_ERRORS`, then a warning that more were left out.
 * No `error` among them: the resource is valid. A reference to an unexpected type is a warning only.
 */
export function validateResource(value: unknown): ValidationIssue[] {
  const type = isJsonObject(value) ? value['resourceType'] : undefined;
  const root = typeof type === 'string' && isResourceType(type) ? type : undefined;
  const issues = new IssueCollector(root ?? 'Resource');
  if (!isJsonObject(value)) {
    issues.add('structure', 'Expected a JSON object');
  } else if (root === undefined) {
    reportResourceType(type, issues);
  } else {
    new ResourceValidator(issues).validateResource(value, root);
  }
  return issues.issues;
}
