import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Abort } from '../errors.js';

export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Found through the server's SMART configuration when absent. */
  readonly tokenUrl?: string;
  readonly scope: string;
}

/** Which server, and as whom. */
export interface ServerSettings {
  /** FHIR base, without a slash at the end. */
  readonly baseUrl: string;
  /** Absent: requests go out without a token. */
  readonly credentials?: ClientCredentials;
}

export interface ServerOptions {
  readonly url: string | undefined;
  readonly clientFile: string | undefined;
  readonly clientId: string | undefined;
  readonly tokenUrl: string | undefined;
  readonly scope: string | undefined;
}

export interface Surroundings {
  readonly env: Readonly<Partial<Record<string, string>>>;
  readonly cwd: string;
}

/** All that a load needs: create and update of every type. */
const defaultScope = 'system/*.cruds';

interface ClientFile {
  readonly fhirUrl?: string;
  readonly tokenUrl?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly scope?: string;
}

/** Where this machine's own server keeps its data, and the loader its journals. */
export function dataFolder({ env, cwd }: Surroundings): string {
  return resolve(cwd, env['HEALTHCARE_DATA_DIR'] || '.data');
}

/**
 * Puts server and credentials together from options, environment and client file. The secret never comes from the
 * command line, which every user of the machine can list. A client file that was not named is used only for the server
 * it was written for: its secret goes nowhere else.
 *
 * @throws {Abort} when there is no URL, or a half of the credentials is missing.
 */
export async function readServerSettings(options: ServerOptions, surroundings: Surroundings): Promise<ServerSettings> {
  const { env, cwd } = surroundings;
  const named = options.clientFile === undefined ? undefined : resolve(cwd, options.clientFile);
  const found = await readClientFile(named ?? join(dataFolder(surroundings), 'demo-client.json'), named !== undefined);
  const url = options.url ?? found?.fhirUrl;
  if (url === undefined) {
    throw new Abort('Which server? No --url was given and no demo server was found.', [
      'Start one here with: npm start',
      'Or name one: --url https://fhir.example.org/fhir/R4',
    ]);
  }
  const baseUrl = parseBaseUrl(url);
  const file = named !== undefined || sameUrl(found?.fhirUrl, baseUrl) ? found : undefined;
  const clientId = options.clientId ?? file?.clientId;
  if (clientId === undefined) {
    return { baseUrl };
  }
  const clientSecret = env['HEALTHCTL_CLIENT_SECRET'] || (clientId === file?.clientId ? file.clientSecret : undefined);
  if (clientSecret === undefined) {
    throw new Abort(`The secret of client ${clientId} is not known.`, [
      'Put it into the environment variable HEALTHCTL_CLIENT_SECRET, or into a file: --client-file <file>.',
    ]);
  }
  const tokenUrl = options.tokenUrl ?? file?.tokenUrl;
  return {
    baseUrl,
    credentials: {
      clientId,
      clientSecret,
      scope: options.scope ?? file?.scope ?? defaultScope,
      ...(tokenUrl === undefined ? {} : { tokenUrl }),
    },
  };
}

function parseBaseUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.search !== '') {
    throw new Abort(`${url} is not the base URL of a FHIR server.`, [
      'For example: --url http://127.0.0.1:8088/fhir/R4',
    ]);
  }
  return parsed.href.replace(/\/+$/, '');
}

function sameUrl(candidate: string | undefined, baseUrl: string): boolean {
  return candidate !== undefined && URL.canParse(candidate) && new URL(candidate).href.replace(/\/+$/, '') === baseUrl;
}

async function readClientFile(path: string, required: boolean): Promise<ClientFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (!required) {
      return undefined;
    }
    throw new Abort(`The client file ${path} cannot be read.`, [], { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const names = ['fhirUrl', 'tokenUrl', 'clientId', 'clientSecret', 'scope'] as const;
  const wrong = names.some((name) => {
    const property = (value as Record<string, unknown> | undefined)?.[name];
    return property !== undefined && typeof property !== 'string';
  });
  if (typeof value !== 'object' || value === null || wrong) {
    throw new Abort(`The client file ${path} is not a JSON object of strings.`, [
      'It may hold: fhirUrl, tokenUrl, clientId, clientSecret, scope.',
    ]);
  }
  return value;
}
