import { styleText } from 'node:util';

export interface BannerFacts {
  readonly publicUrl: string;
  readonly fhirUrl: string;
  readonly workerUrl: string;
  readonly tokenUrl: string;
  readonly database: string;
  /** Undefined if there is none. */
  readonly demoClientFile: string | undefined;
  readonly seconds: number;
}

/** Where everything is, for who has just typed `npm start`. */
export function banner(facts: BannerFacts): string {
  const rows: [string, string][] = [
    ['FHIR R4', facts.fhirUrl],
    ['API described', `${facts.publicUrl}/docs`],
    ['Health', `${facts.publicUrl}/health`],
    ['Tokens', facts.tokenUrl],
    ['Worker', `${facts.workerUrl}/health`],
    ['Database', facts.database],
    ...(facts.demoClientFile === undefined ? [] : ([['Demo client', facts.demoClientFile]] as [string, string][])),
  ];
  return [
    '',
    `${styleText('bold', 'Healthcare Backend')} is ready after ${facts.seconds.toFixed(1)} s. Ctrl-C stops it.`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(14)} ${value}`),
    '',
    '',
  ].join('\n');
}
