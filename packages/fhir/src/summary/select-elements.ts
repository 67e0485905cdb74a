import { elementsOf } from '../definitions/elements.js';
import type { ResourceObject } from './resource-object.js';
import { pickMembers } from './summarize.js';
import { markSubsetted } from './subsetted.js';

/** What changes the meaning of everything else is not left out. */
const MODIFIERS: ReadonlySet<string> = new Set(['implicitRules', 'modifierExtension']);

/**
 * A resource with the elements that `_elements` names and those that have to be there (R4 search.html#elements), tagged
 * as SUBSETTED. Names that its type does not have are passed over: a page may hold resources of several types.
 * @param elements root-level names; a choice as `value`, `value[x]` or `valueQuantity`
 * @param resource valid, with a resourceType of R4; it is not changed, and the result shares its parts
 */
export function selectElements(resource: ResourceObject, elements: readonly string[]): ResourceObject {
  const wanted = new Set(elements.map((name) => elementNamed(resource.resourceType, name)));
  return markSubsetted(
    pickMembers(resource, (name, isMandatory) => isMandatory || wanted.has(name) || MODIFIERS.has(name)),
  );
}

/** Those of the names that a resource type does not have at its root. */
export function unknownElements(resourceType: string, elements: readonly string[]): string[] {
  return elements.filter((name) => elementNamed(resourceType, name) === undefined);
}

function elementNamed(resourceType: string, name: string): string | undefined {
  const base = name.endsWith('[x]') ? name.slice(0, -3) : name;
  for (const element of elementsOf(resourceType)) {
    if (element.name === base && (element.isChoice || base === name)) return base;
    if (!element.isChoice || !name.startsWith(element.name)) continue;
    const suffix = name.slice(element.name.length);
    if (element.types.some(({ code }) => suffix === code[0]!.toUpperCase() + code.slice(1))) return element.name;
  }
  return undefined;
}
