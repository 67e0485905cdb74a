import type { ValueCheck, ValueFault } from '../validation-issue.js';

const notText: ValueFault = { code: 'structure', diagnostics: 'Expected a JSON string' };
const notBase64: ValueFault = {
  code: 'value',
  diagnostics: 'Expected base64 (RFC 4648): groups of four characters, padded with = at the end only',
};

const ALPHABET = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') {
  ALPHABET[char.charCodeAt(0)] = 1;
}

/**
 * `base64Binary`: white space is allowed between characters. Not the published pattern, whose two adjacent `\s*` take
 * quadratic time on a long run of spaces, and which lets padding stand anywhere.
 */
export const checkBase64: ValueCheck = (value) => {
  if (typeof value !== 'string') return notText;
  let characters = 0;
  let padding = 0;
  for (let at = 0; at < value.length; at += 1) {
    const char = value.charCodeAt(at);
    if (char === 0x3d) padding += 1;
    else if (char === 0x20 || char === 0x0a || char === 0x0d || char === 0x09) continue;
    else if (padding === 0 && char < 128 && ALPHABET[char] === 1) characters += 1;
    else return notBase64;
  }
  const isWhole = characters > 0 && padding <= 2 && (characters + padding) % 4 === 0;
  return isWhole ? undefined : notBase64;
};
