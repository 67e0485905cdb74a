import type { Resource } from '../resource.js';

/** The text under which a version is stored and answered, and the resource that it says. */
export interface RenderedVersion {
  readonly resource: Resource;
  readonly body: string;
}

/** Puts the server's `id`, `meta.versionId` and `meta.lastUpdated` into a resource; the rest of `meta` is the client's. */
export function renderVersion(given: Resource, id: string, version: number, lastUpdated: Date): RenderedVersion {
  const { resourceType, id: _id, meta, ...rest } = given;
  const resource: Resource = {
    resourceType,
    id,
    meta: { ...meta, versionId: String(version), lastUpdated: lastUpdated.toISOString() },
    ...rest,
  };
  return { resource, body: JSON.stringify(resource) };
}
