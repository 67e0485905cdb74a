import { type JsonValue, validateResource } from '@healthcare/fhir';
import { FhirError, type OutcomeIssue } from '../../platform/errors/index.js';
import { parseQueryPairs } from '../../platform/http/index.js';
import { type Interaction, type InteractionRequest, parseInteraction, parseSubset } from '../interactions/index.js';

const MAX_ENTRIES = 5_000;

/** An entry of a batch or transaction as it came; read when its turn comes, so that a batch can refuse it alone. */
export interface BundleEntry {
  readonly index: number;
  readonly fullUrl: string | undefined;
  readonly method: string;
  /** Path below the FHIR base, without the query. */
  readonly path: string;
  readonly query: string;
  readonly headers: {
    readonly ifMatch: string | undefined;
    readonly ifNoneMatch: string | undefined;
    readonly ifModifiedSince: string | undefined;
    readonly ifNoneExist: string | undefined;
  };
  readonly resource: JsonValue | undefined;
}

export interface RequestBundle {
  readonly type: 'batch' | 'transaction';
  readonly entries: readonly BundleEntry[];
}

interface RawEntry {
  readonly fullUrl?: string;
  readonly resource?: JsonValue;
  readonly request?: {
    readonly method: string;
    readonly url: string;
    readonly ifMatch?: string;
    readonly ifNoneMatch?: string;
    readonly ifModifiedSince?: string;
    readonly ifNoneExist?: string;
  };
}

/**
 * Reads a Bundle that asks for interactions. Its frame is validated here, the resources in it are not.
 *
 * @throws {FhirError} 400 when it is no Bundle, of another type, or an entry has no request; 413 with too many entries.
 */
export function readRequestBundle(body: JsonValue, baseUrl: string): RequestBundle {
  const { resourceType, type, entry } = (body ?? {}) as { resourceType?: unknown; type?: unknown; entry?: unknown };
  if (resourceType !== 'Bundle' || (type !== 'batch' && type !== 'transaction')) {
    throw FhirError.of(400, 'value', 'The base takes a Bundle of type batch or transaction.', 'Bundle.type');
  }
  const raw = (Array.isArray(entry) ? entry : []) as readonly unknown[];
  if (raw.length > MAX_ENTRIES) {
    throw FhirError.of(413, 'too-long', `A bundle has ${MAX_ENTRIES} entries at most: split it.`, 'Bundle.entry');
  }
  requireValidFrame(body as Record<string, JsonValue>, entry);
  return { type, entries: (raw as readonly RawEntry[]).map((item, index) => readEntry(item, index, baseUrl)) };
}

/** What the entry asks for. @throws {FhirError} 404 or 405 for what this server does not do; 400 for a bundle. */
export function interactionOf(entry: BundleEntry): Exclude<Interaction, { kind: 'bundle' }> {
  const interaction = parseInteraction(entry.method, entry.path);
  if (interaction.kind === 'bundle') {
    throw FhirError.of(400, 'not-supported', 'A bundle cannot be posted inside a bundle.', urlPath(entry));
  }
  return interaction;
}

/** The entry as a request of its own. @throws {FhirError} 400 for a malformed query. */
export function requestOf(entry: BundleEntry, handling: 'strict' | 'lenient'): InteractionRequest {
  const query = parseQueryPairs(entry.query);
  return {
    query,
    ...entry.headers,
    handling,
    subset: parseSubset(query),
    body: () => {
      if (entry.resource === undefined) {
        throw FhirError.of(
          400,
          'required',
          `${entry.method} needs a resource.`,
          `Bundle.entry[${entry.index}].resource`,
        );
      }
      return entry.resource;
    },
  };
}

function requireValidFrame(bundle: Record<string, JsonValue>, entry: unknown): void {
  const frame = Array.isArray(entry)
    ? { ...bundle, entry: entry.map((item: unknown) => withoutResource(item)) }
    : bundle;
  const issues: OutcomeIssue[] = validateResource(frame)
    .filter(({ severity }) => severity === 'error')
    .map(({ severity, code, diagnostics, expression }) => ({ severity, code, diagnostics, expression: [expression] }));
  if (issues.length > 0) {
    throw new FhirError(400, issues);
  }
}

function withoutResource(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return item;
  }
  const { resource: _resource, ...frame } = item as Record<string, unknown>;
  return frame;
}

function readEntry(raw: RawEntry, index: number, baseUrl: string): BundleEntry {
  if (raw.request === undefined) {
    throw FhirError.of(400, 'required', 'Every entry says what it asks for.', `Bundle.entry[${index}].request`);
  }
  const { method, url, ifMatch, ifNoneMatch, ifModifiedSince, ifNoneExist } = raw.request;
  const relative = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : url.replace(/^\/+/, '');
  const at = relative.indexOf('?');
  const path = at < 0 ? relative : relative.slice(0, at);
  return {
    index,
    fullUrl: raw.fullUrl,
    method,
    path: decodePath(path, index),
    query: at < 0 ? '' : relative.slice(at + 1),
    headers: { ifMatch, ifNoneMatch, ifModifiedSince, ifNoneExist },
    resource: raw.resource,
  };
}

function decodePath(path: string, index: number): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw FhirError.of(400, 'value', 'The URL has a %-escape that is not UTF-8.', `Bundle.entry[${index}].request.url`);
  }
}

function urlPath(entry: BundleEntry): string {
  return `Bundle.entry[${entry.index}].request.url`;
}
