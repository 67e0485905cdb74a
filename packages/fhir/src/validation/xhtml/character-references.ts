/** The references XML has by itself. XHTML's named ones (`&nbsp;`) are not available in FHIR (R4 narrative.html). */
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const REFERENCE = /&(?:([a-zA-Z][a-zA-Z0-9]{0,31})|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));|&/g;

/**
 * Resolves the character references of text or an attribute value.
 * @returns undefined when there is one that XML does not know, or an ampersand that is none
 */
export function resolveReferences(text: string): string | undefined {
  if (!text.includes('&')) return text;
  let isValid = true;
  const resolved = text.replaceAll(REFERENCE, (_match, name?: string, decimal?: string, hex?: string) => {
    if (name !== undefined && Object.hasOwn(NAMED, name)) return NAMED[name]!;
    const point = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : -1;
    if (isXmlCharacter(point)) return String.fromCodePoint(point);
    isValid = false;
    return '';
  });
  return isValid ? resolved : undefined;
}

/** XML 1.0 production 2 (Char). */
function isXmlCharacter(point: number): boolean {
  if (point < 0x20) return point === 0x9 || point === 0xa || point === 0xd;
  return point <= 0xd7ff || (point >= 0xe000 && point <= 0xfffd) || (point >= 0x10000 && point <= 0x10ffff);
}
