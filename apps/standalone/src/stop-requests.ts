/** One press of Ctrl-C reaches us from the terminal and again from npm; what comes this soon is the same one. */
const SAME_REQUEST_MS = 1_000;

/** Requests to end: signals, or the end of the process that started us. */
export interface StopRequests {
  /** Aborted by the first request: end in order. */
  readonly stop: AbortSignal;
  /** Aborted by the second: end at once. */
  readonly force: AbortSignal;
}

/**
 * @param source The process, or a stand-in for it in tests.
 * @param isSupervised Whether the channel to the parent exists, whose end is a request as well.
 */
export function listenForStopRequests(
  source: NodeJS.EventEmitter,
  isSupervised: boolean,
  now: () => number = () => performance.now(),
): StopRequests {
  const stop = new AbortController();
  const force = new AbortController();
  let lastAtMs = -Infinity;
  const request = (): void => {
    const nowMs = now();
    if (nowMs - lastAtMs < SAME_REQUEST_MS) {
      return;
    }
    lastAtMs = nowMs;
    (stop.signal.aborted ? force : stop).abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    source.on(signal, request);
  }
  if (isSupervised) {
    source.on('disconnect', () => stop.abort());
  }
  return { stop: stop.signal, force: force.signal };
}
