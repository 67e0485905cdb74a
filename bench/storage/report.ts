import type { Measurement } from './measure.ts';
import { QUERY_NAMES } from './queries.ts';
import type { Sizes } from './sizes.ts';

interface CandidateResult {
  readonly name: string;
  readonly fillSeconds: number;
  readonly sizes: Sizes;
  readonly queries: Readonly<Record<string, Measurement | undefined>>;
}

/** The tables of the README, in Markdown. */
export function report(results: Readonly<Record<string, unknown>>): string {
  const candidates = ['fhir', 'side', 'tokens', 'json']
    .map((schema) => results[schema] as CandidateResult | undefined)
    .filter((candidate) => candidate !== undefined);
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const head = (first: string): string[] => [
    row([first, ...candidates.map(({ name }) => name)]),
    row(['---', ...candidates.map(() => '---:')]),
  ];
  const cell = (measured: Measurement | undefined): string =>
    measured === undefined ? '–' : `${measured.medianMs} (${measured.pages})`;
  return [
    ...head('ms, median (pages)'),
    ...QUERY_NAMES.map((name) => row([name, ...candidates.map(({ queries }) => cell(queries[name]))])),
    '',
    ...head('bytes a resource'),
    ...(['heap', 'toast', 'indexes', 'total'] as const).map((part) =>
      row([part, ...candidates.map(({ sizes }) => sizes[part])]),
    ),
  ].join('\n');
}
