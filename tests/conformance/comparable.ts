interface Resource {
  id?: unknown;
  meta?: Record<string, unknown>;
  [element: string]: unknown;
}

const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * A resource in a form in which two are equal when nothing was lost: every number stands as the text it was written as
 * (`1.50` is not `1.5`), and what a server sets itself is left out: `id`, `meta.versionId`, `meta.lastUpdated`.
 *
 * Written apart from the server's own JSON reader, which it is there to judge.
 */
export function comparable(json: string): Resource {
  const text = json
    .replace(/^\uFEFF/, '')
    .replaceAll(token, (match) => (match.startsWith('"') ? match : `"number ${match}"`));
  const { id: _id, meta = {}, ...resource } = JSON.parse(text) as Resource;
  const { versionId: _versionId, lastUpdated: _lastUpdated, ...rest } = meta;
  return Object.keys(rest).length === 0 ? resource : { ...resource, meta: rest };
}
