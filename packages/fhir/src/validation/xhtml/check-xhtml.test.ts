import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkXhtml } from './check-xhtml.js';

const div = (content: string): string => `<div xmlns="http://www.w3.org/1999/xhtml">${content}</div>`;
const codeOf = (text: unknown): string | undefined => checkXhtml(text)?.code;

describe('narrative', () => {
  it.each([
    div('text'),
    ` ${div('text')}\n`,
    `<div lang="en" xmlns='http://www.w3.org/1999/xhtml' xml:lang="en"><p>a</p></div>`,
    div('<table border="1"><tr><td colspan="2">a &lt; b &amp; c &#160; &#x1D11E;</td></tr></table><br/><hr />'),
    div('<!-- a comment - with hyphens --><a href="http://example.org/?a=1&amp;b=2">a</a>'),
    div('<img src="data:image/png;base64,AAAA" alt="a"/>'),
    div('<p style="color: red" class="a">é 漢 𝄞</p>'),
  ])('may be %s', (text) => {
    expect(checkXhtml(text)).toBeUndefined();
  });

  it.each([
    ['no string', 1, 'structure'],
    ['empty', '', 'value'],
    ['plain text', 'text', 'value'],
    ['another root', '<p xmlns="http://www.w3.org/1999/xhtml">a</p>', 'value'],
    ['no namespace', '<div>a</div>', 'value'],
    ['another namespace', '<div xmlns="http://www.w3.org/2000/svg">a</div>', 'value'],
    ['text after the div', `${div('a')}b`, 'value'],
    ['two divs', div('a') + div('a'), 'value'],
    ['text before the div', `a${div('a')}`, 'value'],
    ['not closed', '<div xmlns="http://www.w3.org/1999/xhtml">a', 'value'],
    ['crossed', div('<b><i>a</b></i>'), 'value'],
    ['an unquoted attribute', div('<p class=a>a</p>'), 'value'],
    ['an attribute twice', div('<p class="a" class="b">a</p>'), 'value'],
    ['a named entity of HTML', div('a&nbsp;b'), 'value'],
    ['a bare ampersand', div('a & b'), 'value'],
    ['a reference to no character', div('&#0;'), 'value'],
    ['a bare less-than', div('a < b'), 'value'],
    ['a CDATA section', div('<![CDATA[a]]>'), 'value'],
    ['a processing instruction', div('<?a?>'), 'value'],
    ['a document type', `<!DOCTYPE div>${div('a')}`, 'value'],
    ['a comment that HTML ends early', div('<!--><p>a</p>-->'), 'value'],
    ['a comment with two hyphens', div('<!-- a -- b -->'), 'value'],
    ['a control character', div('\u0000'), 'value'],
    ['a script', div('<script>alert(1)</script>'), 'invariant'],
    ['upper case', div('<P>a</P>'), 'invariant'],
    ['an object', div('<object data="a"/>'), 'invariant'],
    ['an input', div('<input value="a"/>'), 'invariant'],
    ['SVG', div('<svg><p>a</p></svg>'), 'invariant'],
    ['an event handler', div('<p onclick="a()">a</p>'), 'invariant'],
    ['an event handler in capitals', div('<p ONload="a()">a</p>'), 'invariant'],
    ['a script URL', div('<a href="javascript:a()">a</a>'), 'invariant'],
    ['a hidden script URL', div('<a href=" &#106;ava&#10;Script:a()">a</a>'), 'invariant'],
    ['a document URL', div('<a href="data:text/html,a">a</a>'), 'invariant'],
    ['an active style', div('<p style="width: expression(a())">a</p>'), 'invariant'],
    ['a foreign attribute', div('<a xlink:href="http://example.org">a</a>'), 'invariant'],
    ['nothing', div(''), 'invariant'],
    ['blanks', div('<p> &#160;\n</p><!-- a -->'), 'invariant'],
  ])('may not be or have %s', (_name, text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it('in another namespace inside is refused', () => {
    expect(checkXhtml(div('<p xmlns="http://www.w3.org/1998/Math/MathML">a</p>'))).toBeDefined();
  });

  it('holds any text that is escaped', () => {
    const escape = (text: string): string =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(checkXhtml(div(`a${escape(text)}`))).toBeUndefined();
      }),
    );
  });

  it('never is judged by an exception, and never active when accepted', () => {
    const part = fc.constantFrom(
      '<',
      '>',
      '<p>',
      '</p>',
      '<script>',
      '<img ',
      'src="x"',
      ' onerror="a"',
      '/>',
      '<!--',
      '-->',
      '&lt;',
      '&',
      '"',
      "'",
      'a',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = div(parts.join(''));
        if (checkXhtml(text) === undefined)
          expect(text.replaceAll(/<!--.*?-->/g, '')).not.toMatch(/<script|<[^>]*\sonerror=/);
      }),
      { numRuns: 5000 },
    );
  });
});
