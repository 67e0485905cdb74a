/** Length of a normalised string at most, in UTF-16 code units: what an index row holds. The rest is not searched. */
export const MAX_NORMALIZED_LENGTH = 256;

/** How much of a text is looked at to fill that: enough for two marks on each letter and a separator after it. */
const MAX_READ_LENGTH = 4 * MAX_NORMALIZED_LENGTH;

const PLAIN = /^(?:[a-z0-9]+(?: [a-z0-9]+)*)?$/;

/**
 * Accents, points and vowel marks that readers leave out, and characters without a shape. Elsewhere a mark is a letter
 * of its own: the vowels of Indic scripts, and the voiced sounds of Japanese (U+3099, U+309A).
 */
const MARKS =
  /[[\p{M}&&[\p{sc=Inherited}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Syriac}]]--[\u3099\u309A]]+|\p{Cf}+/gv;
/** Letters with a stroke, and joined ones, do not decompose in Unicode. */
const LETTERS: Readonly<Record<string, string>> = { æ: 'ae', đ: 'd', ħ: 'h', ł: 'l', œ: 'oe', ø: 'o', ŧ: 't', ς: 'σ' };
const LETTER = /[æđħłœøŧς]/g;
const APOSTROPHES = /['‘’‛`ʹʻʼʽ]+/g;
const SEPARATORS = /[\s\p{P}\p{Z}\p{Cc}]+/gu;

/**
 * The form in which strings are searched. Resource and query go through this same function (R4, search "string"):
 *
 * - compatibility-decomposed (NFKD), without accents and strokes: `Łódź` is `lodz`
 * - without regard to case, as by full case folding: `STRASSE` is `Straße`, `ΟΔΟΣ` is `οδος`
 * - apostrophes left out (`O'Brien` is `OBrien`), all other punctuation and white space one space (`Smith-Jones` is
 *   `smith jones`), none at the ends
 * - cut to `MAX_NORMALIZED_LENGTH`, never within a character
 */
export function normalizeString(text: string): string {
  return cut(foldString(text), MAX_NORMALIZED_LENGTH);
}

/** `normalizeString` before the cut: longer than `MAX_NORMALIZED_LENGTH` for a text that does not fit. */
export function foldString(text: string): string {
  if (text.length <= MAX_READ_LENGTH && PLAIN.test(text)) {
    return text;
  }
  return (
    cut(text, MAX_READ_LENGTH)
      // An acute accent that stands alone decomposes into a space and a mark.
      .replaceAll('´', "'")
      .normalize('NFKD')
      .replace(MARKS, '')
      // In three steps, as capital ß has no other way to ss.
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      .replace(LETTER, (letter) => LETTERS[letter]!)
      .replace(APOSTROPHES, '')
      .replace(SEPARATORS, ' ')
      .trim()
  );
}

function cut(text: string, length: number): string {
  if (text.length <= length) {
    return text;
  }
  const isPairCut = text.charCodeAt(length - 1) >= 0xd800 && text.charCodeAt(length - 1) <= 0xdbff;
  return text.slice(0, isPairCut ? length - 1 : length);
}
