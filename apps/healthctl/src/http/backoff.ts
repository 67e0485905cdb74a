const firstDelayMs = 500;
const longestDelayMs = 30_000;
const longestRetryAfterMs = 120_000;

/**
 * How long to wait before the next attempt, in milliseconds: what the server asks for in `Retry-After`, else
 * exponential backoff. Half of it is jitter, so that workers refused together do not come back together; half is not, so
 * that the default of eight retries outlasts the restart of a server (46 s at least).
 *
 * @param attempt attempts made so far, from 1
 * @param random in [0, 1)
 */
export function backoffMs(attempt: number, retryAfter: string | undefined, nowMs: number, random: number): number {
  const asked = retryAfter === undefined ? undefined : parseRetryAfterMs(retryAfter, nowMs);
  if (asked !== undefined) {
    // A little on top, for the same reason as the jitter.
    return Math.min(asked, longestRetryAfterMs) + Math.floor(random * firstDelayMs);
  }
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1));
  return Math.floor((ceiling / 2) * (1 + random));
}

/** `Retry-After` (RFC 9110, section 10.2.3): seconds or a date. Undefined when it is neither. */
export function parseRetryAfterMs(value: string, nowMs: number): number | undefined {
  if (/^\s*\d+\s*$/.test(value)) {
    return Number(value) * 1000;
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/**
 * Whether the same request may succeed later: timeouts, a resource that is locked (409), too early, too many requests,
 * and faults of the server. Every other status of 400 and above is a refusal.
 */
export function mayRetry(status: number): boolean {
  return status === 408 || status === 409 || status === 425 || status === 429 || status >= 500;
}
