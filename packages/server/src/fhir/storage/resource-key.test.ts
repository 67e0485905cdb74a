import { describe, expect, it } from 'vitest';
import { ResourceKeys } from './resource-key.js';

describe('ResourceKeys', () => {
  it('grows, within a millisecond and when the clock stands or goes back', () => {
    let nowMs = Date.UTC(2026, 0, 1);
    const keys = new ResourceKeys(() => nowMs);
    const given: bigint[] = [];
    for (let index = 0; index < 10_000; index++) {
      nowMs += index % 100 === 0 ? 1 : index % 150 === 0 ? -3 : 0;
      given.push(BigInt(keys.next()));
    }
    expect(given.every((key, index) => index === 0 || key > given[index - 1]!)).toBe(true);
  });

  it('fits into a signed 64-bit integer until 2089', () => {
    const keys = new ResourceKeys(() => Date.UTC(2089, 0, 1));
    expect(BigInt(keys.next()) < 2n ** 63n).toBe(true);
  });

  it('goes on into the next millisecond when the counter is used up', () => {
    const keys = new ResourceKeys(() => Date.UTC(2026, 0, 1));
    let last = BigInt(keys.next());
    for (let index = 0; index < 2 ** 22; index++) {
      const key = BigInt(keys.next());
      if (key <= last) {
        throw new Error('not greater');
      }
      last = key;
    }
    expect(last).toBeGreaterThan(BigInt(Date.UTC(2026, 0, 1) - Date.UTC(2020, 0, 1)) << 22n);
  });
});
