import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;
const REQUEST_TIMEOUT_MS = 2_000;

/**
 * Asks a probe until it answers 200.
 *
 * @returns false if it did not within `timeoutMs`, or `signal` was aborted.
 */
export async function waitUntilReady(url: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline && !signal.aborted) {
    const isReady = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status === 200;
      },
      () => false,
    );
    if (isReady) {
      return true;
    }
    await delay(POLL_MS);
  }
  return false;
}
