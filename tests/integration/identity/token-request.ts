export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly access_token: string;
    readonly refresh_token?: string;
    readonly id_token?: string;
    readonly scope?: string;
    readonly expires_in?: number;
    readonly error?: string;
    readonly error_description?: string;
  };
}

/** Posts to the token endpoint. */
export async function requestToken(
  origin: string,
  form: Readonly<Record<string, string>>,
  credentials?: { readonly clientId: string; readonly clientSecret: string },
): Promise<TokenAnswer> {
  const basic =
    credentials === undefined
      ? undefined
      : Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64');
  const response = await fetch(`${origin}/oauth/token`, {
    method: 'POST',
    headers: basic === undefined ? {} : { authorization: `Basic ${basic}` },
    body: new URLSearchParams(form),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as TokenAnswer['body'] };
}
