import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeySealer, UnsealError } from './key-sealer.js';

const sealer = new KeySealer(randomBytes(32));

describe('KeySealer', () => {
  it('opens what it sealed', () => {
    expect(sealer.open(sealer.seal('{"d":"ä"}', 'row 1'), 'row 1')).toBe('{"d":"ä"}');
  });

  it('seals the same text differently each time', () => {
    expect(sealer.seal('same', 'row').equals(sealer.seal('same', 'row'))).toBe(false);
  });

  it('opens nothing with another key, at another place, or with any byte changed', () => {
    const sealed = sealer.seal('secret', 'row 1');
    expect(() => new KeySealer(randomBytes(32)).open(sealed, 'row 1')).toThrow(UnsealError);
    expect(() => sealer.open(sealed, 'row 2')).toThrow(UnsealError);
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = changed[index]! ^ 1;
      expect(() => sealer.open(changed, 'row 1')).toThrow(UnsealError);
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer.open(sealed.subarray(0, length), 'row 1')).toThrow(UnsealError);
    }
  });
});
