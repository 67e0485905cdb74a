/** What identity needs to know; the server's configuration has it. */
export interface IdentityConfig {
  /** Origin under which clients see the server, without a slash at the end. */
  readonly publicUrl: string;
  readonly fhirBaseUrl: string;
  /** 32 bytes that only the processes know: opens the signing keys in the database. */
  readonly identityEncryptionKey: Buffer;
}

/** Path below which the authorization server answers. */
export const AUTHORIZATION_SERVER_PATH = '/oauth';

/** Issuer of all tokens. */
export function issuerOf(config: Pick<IdentityConfig, 'publicUrl'>): string {
  return `${config.publicUrl}${AUTHORIZATION_SERVER_PATH}`;
}

/** Lifetimes in seconds. */
export const lifetimesS = {
  /** As SMART Backend Services recommends: a system gets another one whenever it likes. */
  systemAccessToken: 300,
  userAccessToken: 600,
  authorizationCode: 60,
  interaction: 15 * 60,
  idToken: 600,
  /** A working day. */
  session: 10 * 3600,
  refreshToken: 14 * 24 * 3600,
} as const;

/** The longest that a token lives which a signing key has signed. */
export const LONGEST_SIGNED_LIFETIME_S = 600;
