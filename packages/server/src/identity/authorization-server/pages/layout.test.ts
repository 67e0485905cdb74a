import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { html, page, PAGE_HEADERS } from './layout.js';

describe('a page', () => {
  it('has the style that its content policy allows', () => {
    const style = /<style>([\s\S]*)<\/style>/.exec(page('Title', html`<p>text</p>`))![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(PAGE_HEADERS['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
  });

  it('escapes whatever is put into it', () => {
    expect(page('<b>"&', html`<p>${"<script>alert('x')</script>"}</p>`)).not.toMatch(/<script|<b>/);
  });
});
