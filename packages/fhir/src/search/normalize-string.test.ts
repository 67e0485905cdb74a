import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldString, MAX_NORMALIZED_LENGTH, normalizeString } from './normalize-string.js';

describe('normalizeString', () => {
  it.each([
    ['MÜLLER', 'muller'],
    ['mu\u0308ller', 'muller'],
    ['Straße', 'strasse'],
    ['STRAẞE', 'strasse'],
    ["O'Brien", 'obrien'],
    ['O’Brien', 'obrien'],
    ['O´Brien', 'obrien'],
    ['Smith-Jones', 'smith jones'],
    ['Smith \t\u00a0 Jones', 'smith jones'],
    [' Dr. A.\u00a0B. ', 'dr a b'],
    ['Łódź', 'lodz'],
    ['Đặng', 'dang'],
    ['Øre', 'ore'],
    ['İstanbul', 'istanbul'],
    ['Işık', 'isik'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδός', 'οδοσ'],
    ['Ⅳ ﬁn', 'iv fin'],
    ['شَمس', 'شمس'],
    ['co\u00adoperate', 'cooperate'],
    ['-.,', ''],
  ])('%s is %s', (text, normalized) => {
    expect(normalizeString(text)).toBe(normalized);
  });

  it('keeps apart what only looks like a mark', () => {
    expect(normalizeString('राम')).not.toBe(normalizeString('रमा'));
    expect(normalizeString('かき')).not.toBe(normalizeString('かぎ'));
  });

  it('begins a text with what its beginning gives', () => {
    expect(normalizeString('ΟΔΥΣΣΕΑΣ').startsWith(normalizeString('ΟΔΥΣ'))).toBe(true);
  });

  it('gives the same when it is repeated, and never breaks a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const folded = foldString(text);
        expect(foldString(folded)).toBe(folded);
        expect(normalizeString(text).length).toBeLessThanOrEqual(MAX_NORMALIZED_LENGTH);
        expect(normalizeString(text).isWellFormed()).toBe(true);
        expect(folded.startsWith(normalizeString(text))).toBe(true);
      }),
    );
    expect(normalizeString('😀'.repeat(300))).toBe('😀'.repeat(128));
    expect(normalizeString(`a${'😀'.repeat(300)}`)).toBe(`a${'😀'.repeat(127)}`);
  });

  it('looks at no more than it has to', () => {
    expect(normalizeString('É'.repeat(1_000_000))).toBe('e'.repeat(MAX_NORMALIZED_LENGTH));
    expect(normalizeString('-'.repeat(1_000_000))).toBe('');
  });
});
