/** One entry of a Bundle, its resource as JSON text that is not parsed. */
export interface BundleEntryText {
  readonly fullUrl?: string;
  readonly resource?: string | undefined;
  /** `search`, `request` and `response` of the entry. */
  readonly [backbone: string]: unknown;
}

/** Writes a Bundle around resources that are JSON text already. */
export function bundleText(
  head: { readonly type: string; readonly id?: string; readonly [element: string]: unknown },
  entries: readonly BundleEntryText[],
): string {
  const start = JSON.stringify({ resourceType: 'Bundle', ...head });
  if (entries.length === 0) {
    return start;
  }
  return `${start.slice(0, -1)},"entry":[${entries.map(entryText).join(',')}]}`;
}

function entryText({ fullUrl, resource, ...backbone }: BundleEntryText): string {
  const parts = [
    ...(fullUrl === undefined ? [] : [`"fullUrl":${JSON.stringify(fullUrl)}`]),
    ...(resource === undefined ? [] : [`"resource":${resource}`]),
    ...Object.entries(backbone)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`),
  ];
  return `{${parts.join(',')}}`;
}
