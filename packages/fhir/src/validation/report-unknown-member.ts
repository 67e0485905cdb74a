import type { IssueCollector } from './issue-collector.js';
import { nearestName } from './nearest-name.js';
import type { TypeRules } from './type-rules.js';

/** What an element name can look like; any other text is content and stays out of the path. */
const NAME = /^_?[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Says that objects of this type have no such member, and which one was probably meant. */
export function reportUnknownMember(name: string, rules: TypeRules, issues: IssueCollector): void {
  const type = rules.typeName;
  if (!NAME.test(name)) {
    issues.add('structure', `Expected only members that ${type} has`);
  } else if (name.startsWith('_') && rules.members.has(name.slice(1))) {
    issues.add('structure', 'Expected a member with an underscore only for elements of a primitive type', name);
  } else {
    const nearest = nearestName(name, rules.members.keys());
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    issues.add('structure', `Expected only members that ${type} has${hint}`, name);
  }
}
