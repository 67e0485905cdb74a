import { structures } from './structures.js';

/** The concrete resource types of R4, in alphabetical order. */
export const resourceTypes: readonly string[] = Object.freeze(
  Object.keys(structures.types)
    .filter((name) => structures.types[name]!.kind === 'resource')
    .sort(),
);

const names: ReadonlySet<string> = new Set(resourceTypes);

export function isResourceType(name: string): boolean {
  return names.has(name);
}
