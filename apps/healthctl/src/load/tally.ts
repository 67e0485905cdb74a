/** What has happened so far; one for a run, written by the workers, read by the progress display and the summary. */
export class Tally {
  filesDone = 0;
  bytesDone = 0;
  /** Resources that the server took in this run, including those it had taken under the same key before. */
  accepted = 0;
  /** Resources that the journal knows from an earlier run. */
  acceptedEarlier = 0;
  /** Entries of refused bundles, refused entries of batches, refused lines. */
  refused = 0;
  /** Requests that were answered with success. */
  requests = 0;
  retries = 0;

  constructor(
    readonly filesTotal: number,
    readonly bytesTotal: number,
    readonly startedAtMs: number,
  ) {}

  /** Resources per second since the start; 0 at the start. */
  rateAt(nowMs: number): number {
    const seconds = (nowMs - this.startedAtMs) / 1000;
    return seconds > 0 ? this.accepted / seconds : 0;
  }

  /** Seconds to go, from the bytes done so far; undefined while there is nothing to judge by. */
  secondsLeftAt(nowMs: number): number | undefined {
    if (this.bytesDone === 0) {
      return undefined;
    }
    return ((nowMs - this.startedAtMs) / 1000) * ((this.bytesTotal - this.bytesDone) / this.bytesDone);
  }
}
