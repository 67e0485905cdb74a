import { createHash } from 'node:crypto';

/** Text that becomes HTML only by being escaped, so that forgetting to escape does not compile. */
export class Html {
  constructor(readonly text: string) {}
}

/** Template of HTML: every value is escaped unless it is HTML itself. */
export function html(strings: TemplateStringsArray, ...values: readonly (Html | string | readonly Html[])[]): Html {
  return new Html(strings.reduce((text, part, index) => text + write(values[index - 1]) + part));
}

/** A whole page. It works without scripts, on a phone, with a keyboard, and in the dark. */
export function page(title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${styleElement()}
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `.text;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #14262e; --ground: #f4f7f8; --card: #fff; --line: #8a9aa1; --accent: #0b6277; --on-accent: #fff; --alarm: #a1231c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eef1; --ground: #10191d; --card: #1a262c; --line: #71838b; --accent: #7fd0e4; --on-accent: #08232b; --alarm: #ff9d94; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 26rem; margin: 8vh auto; padding: 2rem 1.5rem; background: var(--card); border-radius: .75rem; }
@media (max-width: 30rem) { main { margin: 0 auto; min-height: 100vh; border-radius: 0; } }
h1 { margin: 0 0 .25rem; font-size: 1.4rem; line-height: 1.25; }
p { margin: 0 0 1.25rem; }
label { display: block; margin: 0 0 .25rem; font-weight: 600; }
input { width: 100%; margin: 0 0 1.25rem; padding: .7rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: .4rem; }
button { width: 100%; padding: .75rem; margin: 0 0 .75rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); border-radius: .4rem; cursor: pointer; }
button.quiet { color: var(--accent); background: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
ul { padding-left: 1.2rem; }
.alarm { color: var(--alarm); font-weight: 600; }
`;

/** Not part of the template: the policy below allows exactly these characters, and a formatter moves white space. */
function styleElement(): Html {
  return new Html(`<style>${STYLE}</style>`);
}

const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** Headers of every page; `form-action` is added where a form leads away. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy("'self'"),
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** @param formTargets Sources that a form may lead to, through redirects too. */
export function contentSecurityPolicy(formTargets: string): string {
  return `default-src 'none'; style-src 'sha256-${styleHash}'; form-action ${formTargets}; base-uri 'none'; frame-ancestors 'none'`;
}

function write(value: Html | string | readonly Html[] | undefined): string {
  if (value === undefined) {
    return '';
  }
  if (value instanceof Html) {
    return value.text;
  }
  return typeof value === 'string' ? escape(value) : value.map(({ text }) => text).join('');
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
