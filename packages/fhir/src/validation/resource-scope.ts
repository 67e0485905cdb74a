/** What references with `#` are resolved in: the resource that is not contained in another. */
export interface ResourceScope {
  readonly containedIds: ReadonlySet<string>;
}

const NONE: ResourceScope = { containedIds: new Set() };

export function scopeOf(resource: Readonly<Record<string, unknown>>): ResourceScope {
  const { contained } = resource;
  if (!Array.isArray(contained)) return NONE;
  const containedIds = new Set<string>();
  for (const item of contained as unknown[]) {
    const id = typeof item === 'object' && item !== null ? (item as { readonly id?: unknown }).id : undefined;
    if (typeof id === 'string') containedIds.add(id);
  }
  return { containedIds };
}
