import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';

const part = (jwt: string, index: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[index] as string, 'base64url').toString()) as Record<string, unknown>;

export const headerOf = (jwt: string): Record<string, unknown> => part(jwt, 0);
export const claimsOf = (jwt: string): Record<string, unknown> => part(jwt, 1);

/** Whether a published key of the server signed this. */
export async function isSignedBy(origin: string, jwt: string): Promise<boolean> {
  const { keys } = (await (await fetch(`${origin}/oauth/jwks`)).json()) as { keys: (JsonWebKey & { kid: string })[] };
  const jwk = keys.find(({ kid }) => kid === headerOf(jwt)['kid']);
  const at = jwt.lastIndexOf('.');
  return (
    jwk !== undefined &&
    verify(
      'sha256',
      Buffer.from(jwt.slice(0, at)),
      { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
      Buffer.from(jwt.slice(at + 1), 'base64url'),
    )
  );
}
