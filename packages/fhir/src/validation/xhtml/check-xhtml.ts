import { checkCharacters } from '../primitives/text.js';
import type { ValueCheck, ValueFault } from '../validation-issue.js';
import { ALLOWED_ELEMENTS, isAllowedAttribute } from './allowed-content.js';
import { resolveReferences } from './character-references.js';

const notDiv: ValueFault = {
  code: 'value',
  diagnostics: 'Expected narrative in one <div xmlns="http://www.w3.org/1999/xhtml">',
};
const notWellFormed: ValueFault = { code: 'value', diagnostics: 'Expected well-formed XHTML' };
const element: ValueFault = {
  code: 'invariant',
  diagnostics: 'Expected only the basic HTML elements that narrative may have (txt-1)',
};
const attribute: ValueFault = {
  code: 'invariant',
  diagnostics: 'Expected no event handlers, scripts or foreign vocabularies in attributes (txt-1)',
};
const noContent: ValueFault = { code: 'invariant', diagnostics: 'Expected narrative that is not blank (txt-2)' };

const ROOT = /^[ \t\n\r]*<div[ \t\n\r>/]/;
const TEXT = /[^<]+/y;
/** Without `--` inside, as XML has it, nor `>` at its start: HTML parsers would end the comment there. */
const COMMENT = /<!--(?!-?>)(?:[^-]|-(?!-))*-->/y;
const END_TAG = /<\/([A-Za-z][A-Za-z0-9]*)[ \t\n\r]*>/y;
const TAG_NAME = /<([A-Za-z][A-Za-z0-9]*)/y;
const ATTRIBUTE = /[ \t\n\r]+([A-Za-z_][A-Za-z0-9_.:-]*)[ \t\n\r]*=[ \t\n\r]*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAG_END = /[ \t\n\r]*(\/?)>/y;
const CONTENT = /[^ \t\n\r\u00a0]/;

/** `xhtml` (R4 narrative.html): well-formed, in the XHTML namespace, nothing active, not blank. Linear time. */
export const checkXhtml: ValueCheck = (value) => {
  const fault = checkCharacters(value);
  if (fault) return fault;
  return ROOT.test(value as string) ? new XhtmlReader(value as string).read() : notDiv;
};

class XhtmlReader {
  readonly #text: string;
  readonly #open: string[] = [];
  #at = 0;
  #hasContent = false;
  #hasNamespace = false;

  constructor(text: string) {
    this.#text = text;
  }

  read(): ValueFault | undefined {
    this.#match(TEXT);
    do {
      const fault = this.#readNext();
      if (fault) return fault;
    } while (this.#open.length > 0);
    if (this.#text.slice(this.#at).trim() !== '') return notDiv;
    if (!this.#hasNamespace) return notDiv;
    return this.#hasContent ? undefined : noContent;
  }

  #readNext(): ValueFault | undefined {
    const end = this.#match(END_TAG);
    if (end) return end[1] === this.#open.pop() ? undefined : notWellFormed;
    const tag = this.#match(TAG_NAME);
    if (tag) return this.#readTag(tag[1]!);
    const text = this.#match(TEXT);
    if (text) return this.#readText(text[0]);
    return this.#match(COMMENT) ? undefined : notWellFormed;
  }

  #readText(text: string): ValueFault | undefined {
    const resolved = resolveReferences(text);
    if (resolved === undefined || text.includes(']]>')) return notWellFormed;
    this.#hasContent ||= CONTENT.test(resolved);
    return undefined;
  }

  #readTag(name: string): ValueFault | undefined {
    if (!ALLOWED_ELEMENTS.has(name)) return element;
    const names = new Set<string>();
    for (let found = this.#match(ATTRIBUTE); found; found = this.#match(ATTRIBUTE)) {
      const value = resolveReferences(found[2] ?? found[3]!);
      if (value === undefined || names.has(found[1]!)) return notWellFormed;
      if (!isAllowedAttribute(found[1]!, value)) return found[1] === 'xmlns' ? notDiv : attribute;
      names.add(found[1]!);
    }
    const end = this.#match(TAG_END);
    if (!end) return notWellFormed;
    this.#hasContent ||= name === 'img';
    if (this.#open.length === 0) this.#hasNamespace = names.has('xmlns');
    if (end[1] === '') this.#open.push(name);
    return undefined;
  }

  /** Steps over what matches here. */
  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at = pattern.lastIndex;
    return found;
  }
}
