import type { OpenApiDocument, OperationDescription } from './openapi-document.js';

/**
 * The API description as a page: plain HTML without a script, so that it works under the strictest content policy and
 * nothing of it is fetched from elsewhere.
 */
export function renderPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  const sections = tags.map((tag) => {
    const items = operations.filter(({ operation }) => operation.tags.includes(tag));
    return `<section><h2>${escape(tag)}</h2>${items.map(renderOperation).join('')}</section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(document.info.title)}: API</title><style>${STYLE}</style></head><body><main>
<h1>${escape(document.info.title)} <small>${escape(document.info.version)}</small></h1>
<p>${escape(document.info.description)}</p>
<p>Base: <code>${escape(document.servers[0]!.url)}</code>. As data: <a href="docs/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}</main></body></html>
`;
}

function renderOperation({
  path,
  method,
  operation,
}: {
  path: string;
  method: string;
  operation: OperationDescription;
}): string {
  const parameters = (operation.parameters ?? []).filter(({ in: place }) => place !== 'path');
  const rows = parameters.map(
    ({ name, in: place, description }) =>
      `<tr><td><code>${escape(String(name))}</code></td><td>${escape(String(place))}</td><td>${escape(typeof description === 'string' ? description : '')}</td></tr>`,
  );
  const answers = Object.entries(operation.responses).map(
    ([status, { description }]) =>
      `<tr><td><code>${status}</code></td><td colspan="2">${escape(String(description))}</td></tr>`,
  );
  return `<details><summary><b>${method}</b> <code>${escape(path)}</code> ${escape(operation.summary)}</summary><table>${[...rows, ...answers].join('')}</table></details>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0}main{max-width:60rem;margin:auto;padding:1rem}' +
  'summary{padding:.4rem 0;cursor:pointer;overflow-wrap:anywhere}table{border-collapse:collapse;margin:0 0 1rem 1rem}' +
  'td{padding:.2rem .8rem .2rem 0;vertical-align:top}small{opacity:.6}';
