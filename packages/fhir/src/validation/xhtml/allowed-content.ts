/**
 * R4 narrative.html: the elements of HTML 4.0 chapters 7 to 11 (but section 4) and 15, `a` and images. What is left out
 * there is left out here: deprecated elements, scripts, forms, frames, objects, `head`, `body`, `base`, `link`.
 */
export const ALLOWED_ELEMENTS: ReadonlySet<string> = new Set(
  (
    'div span h1 h2 h3 h4 h5 h6 address p br pre hr bdo em strong cite dfn code samp kbd var abbr acronym blockquote q ' +
    'sub sup ins del ul ol li dl dt dd table caption thead tfoot tbody colgroup col tr th td tt b i big small a img map area'
  ).split(' '),
);

const PREFIXED_ATTRIBUTES: ReadonlySet<string> = new Set(['xml:lang', 'xml:space', 'xml:base']);
const XHTML_NAMESPACE = 'http://www.w3.org/1999/xhtml';

/** A URL that a browser runs or renders as a document, wherever it stands; white space in it is ignored by browsers. */
const ACTIVE_URL = /^(?:javascript|vbscript|livescript|data(?!:image\/)):/;
const ACTIVE_STYLE = /javascript:|vbscript:|expression\(|-moz-binding|behavior:/;

/**
 * Whether an attribute may stand in narrative: no event handlers, no other vocabularies, no active URLs.
 * @param value with character references resolved
 */
export function isAllowedAttribute(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  if (lower.startsWith('on')) return false;
  if (name === 'xmlns') return value === XHTML_NAMESPACE;
  if (name.includes(':') && !PREFIXED_ATTRIBUTES.has(name)) return false;
  const compact = value.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, '').toLowerCase();
  return !ACTIVE_URL.test(compact) && !(lower === 'style' && ACTIVE_STYLE.test(compact));
}
