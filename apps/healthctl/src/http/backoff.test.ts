import { describe, expect, it } from 'vitest';
import { backoffMs, mayRetry, parseRetryAfterMs } from './backoff.js';

describe('backoffMs', () => {
  it('doubles up to half a minute, spread over the upper half of it', () => {
    const ceilings = [1, 2, 3, 7, 8, 30].map((attempt) => backoffMs(attempt, undefined, 0, 0.999999));
    expect(ceilings).toEqual([499, 999, 1_999, 29_999, 29_999, 29_999]);
    expect([1, 5, 30].map((attempt) => backoffMs(attempt, undefined, 0, 0))).toEqual([250, 4_000, 15_000]);
  });

  it('waits as long as the server asks, within two minutes', () => {
    expect(backoffMs(1, '7', 0, 0)).toBe(7_000);
    expect(backoffMs(9, '7', 0, 0.5)).toBe(7_250);
    expect(backoffMs(1, '86400', 0, 0)).toBe(120_000);
    expect(backoffMs(1, 'soon', 0, 0.5)).toBe(375);
  });
});

describe('parseRetryAfterMs', () => {
  it('reads seconds and dates', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(parseRetryAfterMs('0', now)).toBe(0);
    expect(parseRetryAfterMs('Thu, 01 Jan 2026 00:00:03 GMT', now)).toBe(3_000);
    expect(parseRetryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
    expect(parseRetryAfterMs('', now)).toBeUndefined();
  });
});

describe('mayRetry', () => {
  it('takes refusals for final', () => {
    const final = [400, 401, 403, 404, 410, 412, 413, 415, 422];
    expect([...final, 408, 409, 425, 429, 500, 503].filter(mayRetry)).toEqual([408, 409, 425, 429, 500, 503]);
  });
});
