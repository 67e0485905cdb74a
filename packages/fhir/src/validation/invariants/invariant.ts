import type { IssueCollector } from '../issue-collector.js';
import type { ResourceScope } from '../resource-scope.js';

/**
 * A rule of one type that cardinality and value checks cannot express. Runs after them, also on faulty values.
 * @param targets the resource types that the element lets a Reference point at; empty: any
 */
export type Invariant = (
  value: JsonObject,
  issues: IssueCollector,
  scope: ResourceScope,
  targets: readonly string[],
) => void;

export type JsonObject = Readonly<Record<string, unknown>>;
