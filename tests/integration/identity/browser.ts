/** A page as a browser without scripts sees it. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * A browser of one person: keeps cookies by path, follows redirects within the server, and stops where one leads away.
 */
export class Browser {
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>();

  constructor(readonly origin: string) {}

  /** Names of the cookies that it holds. */
  get cookieNames(): string[] {
    return [...this.#cookies.keys()].map((key) => key.split(' ')[0] as string);
  }

  async open(url: string, form?: Readonly<Record<string, string>>): Promise<Page> {
    const target = new URL(url, this.origin);
    const response = await fetch(target, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: this.#cookieHeader(target.pathname) },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    response.headers.getSetCookie().forEach((line) => this.#keep(line));
    const location = response.headers.get('location');
    if (location !== null && response.status >= 300 && response.status < 400) {
      const next = new URL(location, target);
      if (next.origin === this.origin) {
        return this.open(next.href);
      }
      return { url: next.href, status: response.status, headers: response.headers, text: '' };
    }
    return { url: target.href, status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Sends the form of a page whose action ends so. */
  submit(page: Page, actionEnd: string, values: Readonly<Record<string, string>> = {}): Promise<Page> {
    const action = [...page.text.matchAll(/<form[^>]* action="([^"]+)"/g)]
      .map((match) => match[1] as string)
      .find((path) => path.endsWith(actionEnd));
    if (action === undefined) {
      throw new Error(`No form ${actionEnd} on the page ${page.url}: ${page.status} ${page.text}`);
    }
    return this.open(new URL(action, page.url).href, values);
  }

  #cookieHeader(path: string): string {
    return [...this.#cookies]
      .filter(([, cookie]) => path.startsWith(cookie.path))
      .map(([key, { value }]) => `${key.split(' ')[0]}=${value}`)
      .join('; ');
  }

  #keep(line: string): void {
    const [pair, ...attributes] = line.split(/; */) as [string, ...string[]];
    const at = pair.indexOf('=');
    const attribute = (name: string): string | undefined =>
      attributes.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const path = attribute('path') ?? '/';
    const key = `${pair.slice(0, at)} ${path}`;
    const expires = attribute('expires');
    if (expires !== undefined && Date.parse(expires) < Date.now()) {
      this.#cookies.delete(key);
    } else {
      this.#cookies.set(key, { value: pair.slice(at + 1), path });
    }
  }
}
