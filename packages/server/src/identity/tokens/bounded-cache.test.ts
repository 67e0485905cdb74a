import { describe, expect, it } from 'vitest';
import { BoundedCache } from './bounded-cache.js';

describe('BoundedCache', () => {
  it('lets go of what was used longest ago', () => {
    const cache = new BoundedCache<number>(2, () => 0);
    cache.set('a', 1, 10);
    cache.set('b', 2, 10);
    expect(cache.get('a')).toBe(1);
    cache.set('c', 3, 10);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
    expect(cache.size).toBe(2);
  });

  it('keeps a value until its time, and not longer', () => {
    let nowMs = 0;
    const cache = new BoundedCache<number>(2, () => nowMs);
    cache.set('a', 1, 10);
    nowMs = 9;
    expect(cache.get('a')).toBe(1);
    nowMs = 10;
    expect(cache.get('a')).toBeUndefined();
    expect(cache.size).toBe(0);
  });
});
