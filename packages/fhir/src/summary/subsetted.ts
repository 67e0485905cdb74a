import type { JsonObject, ResourceObject } from './resource-object.js';

const SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';
const CODE = 'SUBSETTED';

/**
 * Marks a resource as incomplete, so that nobody writes it back over the complete one (R4 search.html#summary).
 * @returns a copy; the resource is left as it is
 */
export function markSubsetted(resource: ResourceObject): ResourceObject {
  const { meta = {} } = resource as { readonly meta?: JsonObject };
  const tags = (meta['tag'] ?? []) as readonly JsonObject[];
  if (tags.some((tag) => tag['system'] === SYSTEM && tag['code'] === CODE)) return resource;
  const marked = { ...meta, tag: [...tags, { system: SYSTEM, code: CODE }] };
  if ('meta' in resource) return { ...resource, meta: marked } as ResourceObject;
  const { resourceType, id, ...rest } = resource as ResourceObject & { readonly id?: string };
  return { resourceType, ...(id === undefined ? {} : { id }), meta: marked, ...rest } as ResourceObject;
}
