import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { CliContext, InterruptSignal } from '../context.js';
import { dataFolder, readServerSettings, type ServerOptions, type ServerSettings } from '../http/client-settings.js';
import { HttpClient } from '../http/http-client.js';
import { TokenSource } from '../http/token-source.js';
import { discoverFiles } from './discover-files.js';
import { FhirEndpoint, Interrupted } from './fhir-endpoint.js';
import { Journal } from './journal.js';
import { loadFiles } from './load-files.js';
import { LoadJob } from './load-job.js';
import { showProgress } from './progress.js';
import { RefusalReport } from './refusal-report.js';
import type { LoadResult } from './summary.js';
import { Tally } from './tally.js';

export interface LoadRequest {
  readonly paths: readonly string[];
  readonly server: ServerOptions;
  readonly concurrency: number;
  readonly batchSize: number;
  readonly retries: number;
  readonly timeoutMs: number;
  /** Absent: beside the data of this machine's server, one journal a server and client. */
  readonly statePath: string | undefined;
  /** Absent: beside the journal. */
  readonly reportPath: string | undefined;
  readonly fresh: boolean;
}

/**
 * Loads files into a FHIR server, from where an earlier run of the same load ended.
 *
 * Stops at the first interrupt after the requests under way have been answered and written to the journal; at the
 * second at once, which the idempotency keys make up for.
 *
 * @throws {Abort} for wrong paths, settings or journal; {External} when the server fails the whole load
 */
export async function runLoad(context: CliContext, request: LoadRequest): Promise<LoadResult> {
  const { clock, random } = context;
  const surroundings = { env: context.process.env, cwd: context.cwd };
  const files = await discoverFiles(request.paths, context.cwd);
  const server = await readServerSettings(request.server, surroundings);
  const clientId = server.credentials?.clientId ?? '';
  const statePath = resolve(
    context.cwd,
    request.statePath ?? join(dataFolder(surroundings), 'healthctl', `load-${nameOf(server.baseUrl, clientId)}.ndjson`),
  );
  const reportPath = resolve(context.cwd, request.reportPath ?? statePath.replace(/(?:\.ndjson)?$/, '.refused.ndjson'));

  const stopping = new AbortController();
  const killed = new AbortController();
  let signal: InterruptSignal | undefined;
  const unsubscribe = context.interrupts.subscribe((received) => {
    if (signal === undefined) {
      signal = received;
      context.process.stderr.write('\nFinishing the requests under way; once more to stop at once.\n');
      stopping.abort();
    } else {
      killed.abort();
    }
  });
  const http = new HttpClient({ connections: request.concurrency, timeoutMs: request.timeoutMs });
  const tally = new Tally(
    files.length,
    files.reduce((sum, file) => sum + file.sizeBytes, 0),
    clock.now(),
  );
  const endpoint = new FhirEndpoint({
    baseUrl: server.baseUrl,
    http,
    tokens: tokenSource(server, http, context),
    retries: request.retries,
    clock,
    random,
    stopping: stopping.signal,
    killed: killed.signal,
    onRetry: () => {
      tally.retries += 1;
    },
  });
  let journal: Journal | undefined;
  let report: RefusalReport | undefined;
  try {
    await endpoint.check();
    journal = await Journal.open({ path: statePath, baseUrl: server.baseUrl, clientId, fresh: request.fresh });
    report = await RefusalReport.open(reportPath);
    const job = new LoadJob({ endpoint, journal, report, tally, stopping: stopping.signal });
    const endProgress = showProgress(tally, context.process.stderr, clock);
    try {
      await loadFiles(job, files, {
        concurrency: request.concurrency,
        batchSize: request.batchSize,
        onFailure: () => stopping.abort(),
      });
    } finally {
      await endProgress();
    }
  } catch (error) {
    if (!(error instanceof Interrupted) || signal === undefined) {
      throw error;
    }
  } finally {
    unsubscribe();
    await http.close();
    await report?.close();
    await journal?.close();
  }
  return {
    url: server.baseUrl,
    tally,
    finishedAtMs: clock.now(),
    journalPath: statePath,
    ...(report === undefined || report.count === 0 ? {} : { reportPath }),
    firstRefusals: report?.first ?? [],
    interruptedBy: signal,
  };
}

function tokenSource(server: ServerSettings, http: HttpClient, context: CliContext): TokenSource | undefined {
  const { baseUrl, credentials } = server;
  return credentials === undefined ? undefined : new TokenSource(baseUrl, credentials, http, context.clock);
}

/** Short, the same for the same server and client, and without their names: they may not be for every eye. */
function nameOf(baseUrl: string, clientId: string): string {
  return createHash('sha256').update(`${baseUrl}\n${clientId}`).digest('hex').slice(0, 12);
}
