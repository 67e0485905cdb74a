import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeFhirServer } from './fake-fhir-server.js';
import { runCommand, type CommandRun, type RunOptions } from './run-command.js';

/** What `--json` prints. */
export interface Summary {
  readonly complete: boolean;
  readonly files: number;
  readonly filesDone: number;
  readonly resources: number;
  readonly resourcesLoadedEarlier: number;
  readonly refused: number;
  readonly requests: number;
  readonly retries: number;
  readonly report: string | null;
}

/** A folder `in` to load from, and a server to load into. */
export class LoadFixture {
  private constructor(
    readonly folder: string,
    readonly server: FakeFhirServer,
  ) {}

  static async create(): Promise<LoadFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'healthctl-load-'));
    await mkdir(join(folder, 'in'));
    return new LoadFixture(folder, await FakeFhirServer.start());
  }

  async remove(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true });
  }

  async write(name: string, content: string | Buffer): Promise<void> {
    await writeFile(join(this.folder, 'in', name), content);
  }

  async load(
    more: readonly string[] = [],
    options: Partial<RunOptions> = {},
  ): Promise<CommandRun & { readonly summary: Summary }> {
    const inputs = ['load', 'in', '--url', this.server.baseUrl, '--json', ...more];
    const run = await runCommand(inputs, { cwd: this.folder, ...options });
    return { ...run, summary: (run.stdout === '' ? {} : JSON.parse(run.stdout)) as Summary };
  }
}

/** Lines of the report of a run. */
export async function reportOf({ summary }: { readonly summary: Summary }): Promise<Record<string, unknown>[]> {
  const text = await readFile(summary.report ?? '', 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export function patient(id: string, more = ''): string {
  return `{"resourceType":"Patient","id":"${id}"${more}}`;
}

export function ndjson(count: number, isRefused = (_index: number): boolean => false): string {
  const lines = Array.from({ length: count }, (_, index) =>
    patient(`p${index}`, isRefused(index) ? ',"refuse":true' : ''),
  );
  return lines.join('\n');
}

export function bundle(type: string, ...resources: string[]): string {
  const entries = resources.map((resource, index) => {
    const { resourceType } = JSON.parse(resource) as { resourceType: string };
    return `{"fullUrl":"urn:uuid:${index}","resource":${resource},"request":{"method":"POST","url":"${resourceType}"}}`;
  });
  return `{"resourceType":"Bundle","type":"${type}","entry":[${entries.join(',')}]}`;
}
