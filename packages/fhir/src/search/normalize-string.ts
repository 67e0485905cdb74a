const COMBINING = /\p{M}+/gu;
const SPACES = /\s+/g;

/**
 * The form in which strings are searched: compatibility-decomposed, without accents, lower case, white space folded.
 * Resource and query go through this same function (R4, search "string").
 */
export function normalizeString(text: string): string {
  return text.normalize('NFKD').replace(COMBINING, '').toLowerCase().replace(SPACES, ' ').trim();
}
