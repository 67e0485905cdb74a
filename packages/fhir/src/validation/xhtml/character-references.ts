/** The references XML has by itself. XHTML's named ones (`&nbsp;`) are not available in FHIR (R4 narrative.html). */
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const REFERENCE = /&(?:(lt|gt|amp|quot|apos)|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));/g;
/** Looked for first: text full of bare ampersands is refused at the first of them. */
const BARE_AMPERSAND = /&(?!(?:lt|gt|amp|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)/;

/**
 * Resolves the character references of text or an attribute value.
 * @returns undefined when there is one that XML does not know, or an ampersand that is none
 */
export function resolveReferences(text: string): string | undefined {
  if (!text.includes('&')) return text;
  if (BARE_AMPERSAND.test(text)) return undefined;
  let isValid = true;
  const resolved = text.replaceAll(REFERENCE, (_match, name?: string, decimal?: string, hex?: string) => {
    if (name !== undefined) return NAMED[name]!;
    const point = decimal !== undefined ? Number(decimal) : Number.parseInt(hex!, 16);
    isValid &&= isXmlCharacter(point);
    return isValid ? String.fromCodePoint(point) : '';
  });
  return isValid ? resolved : undefined;
}

/** XML 1.0 production 2 (Char). */
function isXmlCharacter(point: number): boolean {
  if (point < 0x20) return point === 0x9 || point === 0xa || point === 0xd;
  return point <= 0xd7ff || (point >= 0xe000 && point <= 0xfffd) || (point >= 0x10000 && point <= 0x10ffff);
}
