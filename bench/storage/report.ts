import type { CatalogueCost } from './catalogue.ts';
import type { Results } from './measure-all.ts';
import type { Measurement } from './measure.ts';
import type { WriteCost, WriteCosts } from './measure-writes.ts';
import { QUERY_NAMES } from './queries.ts';
import type { Reference } from './reference.ts';
import type { Throughput } from './round-trips.ts';
import type { Sizes } from './sizes.ts';

interface CandidateResult {
  readonly name: string;
  readonly fillSeconds: number;
  readonly sizes: Sizes;
  readonly queries: Readonly<Record<string, Measurement | undefined>>;
  readonly writes: WriteCosts;
}

type Cell = string | number;

/** The tables of the README, in Markdown. */
export function report(results: Results): string {
  const candidates = ['fhir', 'side', 'tokens', 'json'].map((schema) => results[schema] as CandidateResult);
  const reference = results['reference'] as Reference;
  const names = candidates.map(({ name }) => name);
  const cell = (measured: Measurement | undefined): string =>
    measured === undefined ? '–' : `${measured.minMs} / ${measured.medianMs} (${measured.pages})`;
  const writes = (title: string, of: (costs: WriteCosts) => Cell, plain: Cell): Cell[] => [
    title,
    plain,
    ...candidates.map((candidate) => of(candidate.writes)),
  ];
  const times = ({ minMs, medianMs }: WriteCost): string => `${minMs} / ${medianMs}`;
  return [
    table(
      ['query: ms, best / median (pages)', ...names],
      QUERY_NAMES.map((name) => [name, ...candidates.map(({ queries }) => cell(queries[name]))]),
    ),
    `Reference, 21 known rows without row-level security: ${cell(reference.page)}.`,
    table(
      ['write: ms, best / median', 'plain row', ...names],
      [
        writes('insert', ({ insert }) => times(insert), reference.insertMs),
        writes('update of one value', ({ updateOfOneEntry }) => times(updateOfOneEntry), '–'),
        writes('300 inserts in a transaction', ({ batchOf300 }) => times(batchOf300), reference.batchOf300Ms),
        writes('log of an insert, bytes', (w) => w.batchOf300.walBytes + w.deferredWalBytes, reference.walBytes),
        writes('log of an update, bytes', (w) => w.updateOfOneEntry.walBytes + w.deferredWalBytes, '–'),
      ],
    ),
    table(
      ['bytes a resource', ...names],
      (['heap', 'toast', 'indexes', 'total'] as const).map((part) => [
        part,
        ...candidates.map(({ sizes }) => sizes[part]),
      ]),
    ),
    readsTable(results['reads'] as Record<string, Throughput>),
    catalogueTable((results['perType'] as { catalogue: Record<'shared' | 'perType', CatalogueCost> }).catalogue),
    policiesTable(results['policies'] as Record<string, Record<string, Measurement>>),
  ].join('\n\n');
}

function readsTable(reads: Readonly<Record<string, Throughput>>): string {
  const [first] = Object.values(reads);
  return table(
    ['read by id, 16 connections', 'reads/s', 'of the first', 'server CPU ms a read', 'driver CPU ms a read'],
    Object.entries(reads).map(([name, rate]) => [
      name,
      rate.perSecond,
      (rate.perSecond / first!.perSecond).toFixed(2),
      rate.serverCpuPer1000,
      rate.driverCpuPer1000,
    ]),
  );
}

function catalogueTable({ shared, perType }: Record<'shared' | 'perType', CatalogueCost>): string {
  return table(
    ['no rows', 'C1', 'C2, a table per type'],
    (Object.keys(shared) as (keyof CatalogueCost)[]).map((name) => [name, shared[name], perType[name]]),
  );
}

function policiesTable(policies: Readonly<Record<string, Readonly<Record<string, Measurement>>>>): string {
  const [first] = Object.values(policies);
  const names = Object.keys(first ?? {});
  return table(
    ['policy: ms, best (pages)', ...names],
    Object.entries(policies).map(([form, measured]) => [
      form,
      ...names.map((name) => `${measured[name]!.minMs} (${measured[name]!.pages})`),
    ]),
  );
}

function table(head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
