import { describe, expect, it } from 'vitest';
import { etagOf, parseEtags, parseVersionId } from './version-id.js';

describe('parseEtags', () => {
  it.each([
    ['W/"3"', ['3']],
    ['"3"', ['3']],
    ['3', ['3']],
    ['W/"1", W/"2"', ['1', '2']],
  ])('%s', (header, versions) => {
    expect(parseEtags(header)).toEqual(new Set(versions));
  });

  it('reads the star', () => {
    expect(parseEtags(' * ')).toBe('*');
  });

  it.each(['', '"3', 'W/', 'a b'])('refuses %j', (header) => {
    expect(() => parseEtags(header)).toThrow('entity tags');
  });

  it('reads what etagOf writes', () => {
    expect(parseEtags(etagOf(12))).toEqual(new Set(['12']));
  });
});

describe('parseVersionId', () => {
  it('takes whole numbers that are stored', () => {
    expect(parseVersionId('1')).toBe(1);
    expect(parseVersionId('2147483647')).toBe(2_147_483_647);
  });

  it.each(['0', '-1', '01', '1.5', '2147483648', '99999999999', 'a', ''])('knows no version %j', (text) => {
    expect(parseVersionId(text)).toBeUndefined();
  });
});
