import { buildCommand, numberParser } from '@stricli/core';
import type { CliContext } from '../../context.js';
import { Abort } from '../../errors.js';
import type { LoadFlags } from './run.js';

const text = (input: string): string => input;

/** Parser of a whole number in a range; what it throws is shown as a usage error. */
function wholeNumber(minimum: number, maximum: number): (input: string) => number {
  return (input) => {
    const value = numberParser(input);
    if (!Number.isInteger(value) || value < minimum || value > maximum) {
      throw new Abort(`must be a whole number from ${minimum} to ${maximum}`);
    }
    return value;
  };
}

export const loadCommand = buildCommand<LoadFlags, string[], CliContext>({
  loader: async () => {
    const { run } = await import('./run.js');
    return function (flags, ...paths) {
      return run(this, flags, paths);
    };
  },
  parameters: {
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { brief: 'Files, or folders that hold them', placeholder: 'path', parse: text },
    },
    flags: {
      url: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'url',
        brief: 'FHIR base to load into [default: the demo server in the data directory]',
      },
      clientFile: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'file',
        brief: 'JSON with fhirUrl, tokenUrl, clientId, clientSecret [default: demo-client.json in the data directory]',
      },
      clientId: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'id',
        brief: 'Client to sign in as; its secret comes from HEALTHCTL_CLIENT_SECRET',
      },
      tokenUrl: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'url',
        brief: 'Token endpoint [default: as the server says]',
      },
      scope: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'scopes',
        brief: 'Scopes to ask for [default: system/*.cruds]',
      },
      concurrency: {
        kind: 'parsed',
        parse: wholeNumber(1, 64),
        default: '4',
        placeholder: 'n',
        brief: 'Requests at the same time',
      },
      batchSize: {
        kind: 'parsed',
        parse: wholeNumber(1, 5_000),
        default: '100',
        placeholder: 'n',
        brief: 'Lines of NDJSON in one request',
      },
      retries: {
        kind: 'parsed',
        parse: wholeNumber(0, 100),
        default: '8',
        placeholder: 'n',
        brief: 'Further attempts for a request that failed and may succeed later',
      },
      timeout: {
        kind: 'parsed',
        parse: wholeNumber(1, 3_600),
        default: '120',
        placeholder: 'seconds',
        brief: 'Longest wait for an answer',
      },
      report: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'file',
        brief: 'Where to list refused entries, as NDJSON [default: beside the journal]',
      },
      state: {
        kind: 'parsed',
        parse: text,
        optional: true,
        placeholder: 'file',
        brief: 'Journal of what was loaded [default: in the data directory, one a server and client]',
      },
      fresh: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Forget the journal and load everything again',
      },
      dryRun: { kind: 'boolean', default: false, withNegated: false, brief: 'Read the files only; no server is asked' },
      json: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Print the summary as JSON on standard output',
      },
    },
  },
  docs: {
    brief: 'Load bundles and NDJSON into a FHIR server',
    fullDescription: [
      'Loads FHIR R4 resources: .json files with a transaction or batch bundle or a single resource, and .ndjson files',
      'with a resource a line; either may be compressed (.gz). Resources with an id are updated or created under it,',
      'those without one are created. A bundle of another type (document, collection …) is stored as a Bundle.',
      '',
      'Interrupted, by whatever means, the same command goes on where it ended. A journal says what was loaded, and',
      'every request carries an Idempotency-Key, so that a server which honours it stores nothing twice.',
      '',
      'EXIT CODES',
      '  0    everything was loaded, now or before',
      '  1    something was refused; the report names each entry',
      '  2    the command line, a file or the journal is wrong',
      '  3    the server or its sign-in failed; the same command goes on later',
      '  70   a bug in healthctl',
      '  130  interrupted (143: terminated); the same command goes on',
      '',
      'EXAMPLES',
      '  healthctl load ./synthea/output/fhir',
      '  healthctl load Patient.ndjson.gz --url https://fhir.example.org/fhir/R4 --client-id loader --concurrency 8',
      '  healthctl load ./export --dry-run',
      '  healthctl load ./export --json > summary.json',
    ].join('\n'),
  },
});
