import { mayRetry } from '../http/backoff.js';
import type { FhirEndpoint } from './fhir-endpoint.js';
import type { Journal, RangeOutcome } from './journal.js';
import type { LoadFile, Refusal } from './model.js';
import type { RefusalReport } from './refusal-report.js';
import type { Tally } from './tally.js';

export interface LoadJobParts {
  readonly endpoint: FhirEndpoint;
  readonly journal: Journal;
  readonly report: RefusalReport;
  readonly tally: Tally;
  /** No new request once it aborts. */
  readonly stopping: AbortSignal;
}

/** One run of a load: what the workers share, and the only place where outcomes are written down and counted. */
export class LoadJob {
  readonly endpoint: FhirEndpoint;
  readonly journal: Journal;
  readonly stopping: AbortSignal;
  readonly #report: RefusalReport;
  readonly #tally: Tally;

  constructor({ endpoint, journal, report, tally, stopping }: LoadJobParts) {
    this.endpoint = endpoint;
    this.journal = journal;
    this.stopping = stopping;
    this.#report = report;
    this.#tally = tally;
  }

  /** The server took the range. */
  async accept(file: LoadFile, contentHash: string, outcome: RangeOutcome): Promise<void> {
    // Entries of a batch that failed for a passing reason are worth another try: the next run sends the batch again
    // under the same key, which gives the entries that were taken their first answer.
    if (!outcome.refused.some(({ status }) => status !== undefined && mayRetry(status))) {
      await this.journal.recordDone(contentHash, outcome);
    }
    this.#tally.requests += 1;
    this.#tally.accepted += outcome.accepted;
    await this.#refuseEach(file, outcome);
  }

  /** The journal says that the server took the range in an earlier run; what it refused then is reported again. */
  async acceptEarlier(file: LoadFile, outcome: RangeOutcome): Promise<void> {
    this.#tally.acceptedEarlier += outcome.accepted;
    await this.#refuseEach(file, outcome);
  }

  /** @param entries how many entries are refused with this line of the report */
  async refuse(refusal: Refusal, entries = 1): Promise<void> {
    this.#tally.refused += entries;
    await this.#report.add(refusal);
  }

  fileDone(): void {
    this.#tally.filesDone += 1;
  }

  bytesDone(bytes: number): void {
    this.#tally.bytesDone += bytes;
  }

  async #refuseEach(file: LoadFile, outcome: RangeOutcome): Promise<void> {
    for (const refused of outcome.refused) {
      await this.refuse({ file: file.name, ...refused });
    }
  }
}
