/**
 * Splits at a separator that no backslash stands before (R4, search "escaping").
 *
 * Backslashes stay: each part may be split further before it is unescaped.
 */
export function splitValue(text: string, separator: ',' | '|' | '$'): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') {
      at += 1;
    } else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** Removes the backslash before `,`, `|`, `$` and `\`; another one stands for itself. */
export function unescapeValue(text: string): string {
  return text.replace(/\\([,|$\\])/g, '$1');
}
