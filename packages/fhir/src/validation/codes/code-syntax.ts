import type { CodeSyntax } from '../../definitions/structures.js';

// RFC 2045, "token". In all of these no two adjacent parts can match the same character: linear time.
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const MIME_TYPE = new RegExp(`^${TOKEN}/${TOKEN}(?: ?; ?${TOKEN}=(?:${TOKEN}|"[^"\\\\]*"))*;?$`);
/** RFC 5646: a language, then subtags of one to eight characters; `x-…` and the grandfathered `i-…` included. */
const LANGUAGE = /^(?:[A-Za-z]{2,8}|[xXiI](?=-))(?:-[A-Za-z0-9]{1,8})*$/;
const CURRENCY = /^[A-Z]{3}$/;
const UCUM = /^[!-~]+$/;

/** Codes of systems that no list can hold, by the form that their standard gives them. */
export const codeSyntaxes: Readonly<
  Record<CodeSyntax, { readonly test: (code: string) => boolean; readonly expected: string }>
> = {
  bcp13: { test: (code) => MIME_TYPE.test(code), expected: 'a MIME type (BCP 13): type/subtype' },
  'bcp13-or-format': {
    test: (code) => code === 'xml' || code === 'json' || code === 'ttl' || MIME_TYPE.test(code),
    expected: 'a MIME type (BCP 13), xml, json or ttl',
  },
  bcp47: { test: (code) => LANGUAGE.test(code), expected: 'a language tag (BCP 47)' },
  iso4217: { test: (code) => CURRENCY.test(code), expected: 'a currency code (ISO 4217): three capital letters' },
  ucum: { test: (code) => UCUM.test(code), expected: 'a UCUM code: no white space' },
  any: { test: () => true, expected: 'a code' },
};
