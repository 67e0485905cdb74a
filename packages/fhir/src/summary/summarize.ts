import { elementsOf, hasType } from '../definitions/elements.js';
import { memberElementsOf } from './member-elements.js';
import type { JsonObject, ResourceObject } from './resource-object.js';
import { markSubsetted } from './subsetted.js';

/** `_summary=count` and `false` do not change resources. */
export type ResourceSummaryMode = 'true' | 'text' | 'data';

const ALWAYS: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta']);

/**
 * A resource as `_summary` asks for it (R4 search.html#summary), tagged as SUBSETTED.
 * - `true`: the elements that the definitions mark as summary, at every level, and those that have to be there
 * - `text`: narrative, id, meta and the top-level elements that have to be there
 * - `data`: all but the narrative
 *
 * @param resource valid, with a resourceType of R4; it is not changed, and the result shares its parts
 */
export function summarize(resource: ResourceObject, mode: ResourceSummaryMode): ResourceObject {
  switch (mode) {
    case 'true':
      return markSubsetted(
        summaryOf(resource as unknown as JsonObject, resource.resourceType) as unknown as ResourceObject,
      );
    case 'text':
      return markSubsetted(pickMembers(resource, (name, isMandatory) => isMandatory || name === 'text'));
    case 'data': {
      const { text: _narrative, ...data } = resource as ResourceObject & { readonly text?: unknown };
      return markSubsetted(data);
    }
  }
}

/**
 * The members of a resource that are wanted, in their order; resourceType, id and meta always are.
 * @param isWanted told the element's name, without type for a choice, and whether it has to be there
 */
export function pickMembers(
  resource: ResourceObject,
  isWanted: (name: string, isMandatory: boolean) => boolean,
): ResourceObject {
  const members = memberElementsOf(resource.resourceType);
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(resource)) {
    const element = members.get(name)?.element;
    if (ALWAYS.has(name) || (element && isWanted(element.name, element.min > 0))) picked[name] = value;
  }
  return picked as unknown as ResourceObject;
}

function summaryOf(value: JsonObject, typeName: string): JsonObject {
  const members = memberElementsOf(typeName);
  const summary: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const definition = members.get(name);
    if (name === 'resourceType') summary[name] = member;
    else if (definition && (definition.element.isSummary || definition.element.min > 0)) {
      summary[name] = summaryOfMember(member, definition.typeName);
    }
  }
  return summary;
}

function summaryOfMember(value: unknown, typeName: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as unknown[]).map((item) => summaryOfMember(item, typeName));
  const type = typeName === 'Resource' ? ((value as JsonObject)['resourceType'] as string) : typeName;
  if (!isDivisible(type)) return value;
  const summary = summaryOf(value as JsonObject, type);
  // Nothing of it is marked: an empty object would not be valid, and leaving it out neither.
  return Object.keys(summary).length > 0 ? summary : value;
}

/** Types without marked elements (Extension, primitives) make sense only as a whole. */
function isDivisible(typeName: string): boolean {
  return hasType(typeName) && elementsOf(typeName).some(({ isSummary }) => isSummary);
}
