import { resourceTypes } from '@healthcare/fhir';
import type { Transaction } from '../../platform/database/index.js';
import { FhirError } from '../../platform/errors/index.js';
import { formatQueryPairs, type QueryPairs } from '../../platform/http/index.js';
import { formatCursor, parseCursor } from '../cursor.js';
import type { HistoryPosition, HistoryReader, HistoryScope, StoredVersion } from '../storage/index.js';
import { bundleText } from './bundle-text.js';
import type { Interaction } from './interaction.js';
import type { InteractionRequest, InteractionResult } from './interaction-request.js';
import { applySubset } from './subset.js';
import { etagOf } from './version-id.js';

export type HistoryInteraction = Extract<Interaction, { kind: `history-${string}` }>;

const DEFAULT_COUNT = 20;
const MAX_COUNT = 1_000;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** `_count`, `_since` and the page; what else a history takes is none of its own (`_format`, `_pretty`, …). */
interface HistoryQuery {
  readonly count: number;
  readonly since: Date | undefined;
  readonly cursor: string | undefined;
}

/**
 * Answers a history with a page of versions, newest first.
 *
 * @throws {FhirError} 404 for the history of a resource that never was; 400 for a malformed parameter.
 */
export async function readHistory(
  tx: Transaction,
  reader: HistoryReader,
  baseUrl: string,
  interaction: HistoryInteraction,
  request: Pick<InteractionRequest, 'query' | 'subset' | 'handling'>,
): Promise<InteractionResult> {
  const query = parseHistoryQuery(request.query, request.handling);
  const scope: HistoryScope = {
    types: interaction.kind === 'history-system' ? resourceTypes : [interaction.type],
    id: interaction.kind === 'history-instance' ? interaction.id : undefined,
  };
  const [rows, total] = await Promise.all([
    reader.page(tx, scope, query.since, positionOf(query.cursor), query.count + 1),
    scope.id === undefined ? undefined : reader.count(tx, scope, query.since),
  ]);
  if (total === 0 && query.since === undefined) {
    throw FhirError.of(404, 'not-found', 'There is no such resource.');
  }
  const page = rows.slice(0, query.count);
  const last = page.at(-1);
  const path = pathOf(interaction);
  const kept = request.query.filter(([name]) => name === '_count' || name === '_since');
  const link = (pairs: QueryPairs): string =>
    `${baseUrl}/${path}${pairs.length === 0 ? '' : `?${formatQueryPairs(pairs)}`}`;
  const next =
    rows.length > page.length && last !== undefined
      ? [{ relation: 'next', url: link([...kept, ['_cursor', cursorOf(last)]]) }]
      : [];
  const self = query.cursor === undefined ? kept : [...kept, ['_cursor', query.cursor] as const];
  const body = bundleText(
    {
      type: 'history',
      ...(total === undefined ? {} : { total }),
      link: [{ relation: 'self', url: link(self) }, ...next],
    },
    page.map((version) => ({
      fullUrl: `${baseUrl}/${version.type}/${version.id}`,
      resource: version.body === null ? undefined : applySubset(version.body, request.subset),
      request: {
        method: version.method,
        url: version.method === 'POST' ? version.type : `${version.type}/${version.id}`,
      },
      response: {
        status: version.method === 'DELETE' ? '204' : version.version === 1 ? '201' : '200',
        etag: etagOf(version.version),
        lastModified: version.lastUpdated.toISOString(),
      },
    })),
  );
  return { status: 200, body };
}

function pathOf(interaction: HistoryInteraction): string {
  switch (interaction.kind) {
    case 'history-instance':
      return `${interaction.type}/${interaction.id}/_history`;
    case 'history-type':
      return `${interaction.type}/_history`;
    case 'history-system':
      return '_history';
  }
}

const KNOWN = ['_count', '_since', '_cursor', '_format', '_pretty', '_summary', '_elements'];

function parseHistoryQuery(pairs: QueryPairs, handling: 'strict' | 'lenient'): HistoryQuery {
  const unknown = pairs.find(([name]) => !KNOWN.includes(name));
  if (unknown !== undefined && handling === 'strict') {
    throw FhirError.of(
      400,
      'not-supported',
      'A history takes _count, _since, _summary, _elements, _format and _pretty.',
    );
  }
  const value = (name: string): string | undefined => pairs.find(([given]) => given === name)?.[1];
  const count = value('_count');
  if (count !== undefined && !/^\d{1,9}$/.test(count)) {
    throw FhirError.of(400, 'value', '_count is a whole number.');
  }
  const since = value('_since');
  if (since !== undefined && (!INSTANT.test(since) || Number.isNaN(Date.parse(since)))) {
    throw FhirError.of(400, 'value', '_since is an instant such as 2026-01-31T12:00:00Z.');
  }
  return {
    count: Math.min(Math.max(Number(count ?? DEFAULT_COUNT), 1), MAX_COUNT),
    since: since === undefined ? undefined : new Date(since),
    cursor: value('_cursor'),
  };
}

/** Farthest time that a `Date` holds, in milliseconds from 1970. */
const MAX_DATE_MS = 8_640_000_000_000_000n;

function positionOf(cursor: string | undefined): HistoryPosition | undefined {
  if (cursor === undefined) {
    return undefined;
  }
  const [lastUpdatedMs, key, version] = parseCursor(cursor, 3) as readonly [bigint, bigint, bigint];
  if (lastUpdatedMs < 0n || lastUpdatedMs > MAX_DATE_MS || version < 0n || version > 2_147_483_647n) {
    throw FhirError.of(400, 'value', 'The page is not one of this server: start again from the first.');
  }
  return { lastUpdatedMs: Number(lastUpdatedMs), key: key.toString(), version: Number(version) };
}

function cursorOf(last: StoredVersion): string {
  return formatCursor([BigInt(last.lastUpdated.getTime()), BigInt(last.key), BigInt(last.version)]);
}
