import type { Clock, OutputStream } from '../context.js';
import type { Tally } from './tally.js';

const refreshMs = 200;
const lineEveryMs = 5_000;

/**
 * Shows how far the load is: on a terminal a line that refreshes, elsewhere (a log) a line every five seconds.
 * Returns a function that ends it and clears the line.
 */
export function showProgress(tally: Tally, stream: OutputStream, clock: Clock): () => Promise<void> {
  const ended = new AbortController();
  const terminal = stream.isTTY === true;
  const loop = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(terminal ? refreshMs : lineEveryMs, ended.signal);
      if (ended.signal.aborted) {
        break;
      }
      const line = progressLine(tally, clock.now());
      stream.write(terminal ? `\r\u001b[2K${line.slice(0, (stream.columns ?? 80) - 1)}` : `${line}\n`);
    }
    if (terminal) {
      stream.write('\r\u001b[2K');
    }
  };
  const running = loop();
  return async () => {
    ended.abort();
    await running;
  };
}

/** `8,214 resources · 1,950/s · 27/41 files · 3 refused · 2 retries · 4 s left` */
function progressLine(tally: Tally, nowMs: number): string {
  const secondsLeft = tally.secondsLeftAt(nowMs);
  return [
    `${count(tally.accepted)} resources`,
    `${count(Math.round(tally.rateAt(nowMs)))}/s`,
    `${count(tally.filesDone)}/${count(tally.filesTotal)} files`,
    ...(tally.acceptedEarlier > 0 ? [`${count(tally.acceptedEarlier)} loaded earlier`] : []),
    `${count(tally.refused)} refused`,
    ...(tally.retries > 0 ? [`${count(tally.retries)} retries`] : []),
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
  ].join(' · ');
}

/** Thousands separated, the same on every machine whatever its locale. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `4 s`, `2 min 05 s`, `3 h 07 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  const pad = (value: number): string => String(value).padStart(2, '0');
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`
    : `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}
