import { FhirError } from '../../platform/errors/index.js';

const reasons = {
  missing: [
    'login',
    'This needs an access token: get one from the authorization server and send it as a bearer token.',
  ],
  malformed: ['login', 'The Authorization header is not "Bearer" and one token.'],
  invalid: ['login', 'The access token is not valid here.'],
  expired: ['expired', 'The access token has expired: get a new one.'],
  disabled: ['login', 'The clinic, the application or the person of the access token is no longer active.'],
} as const;

/** The request has no access token that counts. Why is said only as far as it helps the rightful holder. */
export class InvalidTokenError extends FhirError {
  constructor(
    readonly reason: keyof typeof reasons,
    challenge: Readonly<Record<string, string>> = {},
  ) {
    const [code, diagnostics] = reasons[reason];
    // RFC 6750, section 3.1: a request without a token gets no error code.
    const error = reason === 'missing' ? {} : { error: reason === 'malformed' ? 'invalid_request' : 'invalid_token' };
    super(
      401,
      { severity: 'error', code, diagnostics },
      { 'www-authenticate': formatChallenge({ ...challenge, ...error }) },
    );
    this.name = 'InvalidTokenError';
  }

  /** The same refusal, with where to get a token. */
  withChallenge(challenge: Readonly<Record<string, string>>): InvalidTokenError {
    return new InvalidTokenError(this.reason, challenge);
  }
}

function formatChallenge(parameters: Readonly<Record<string, string>>): string {
  const written = Object.entries(parameters).map(([name, value]) => `${name}="${value}"`);
  return written.length === 0 ? 'Bearer' : `Bearer ${written.join(', ')}`;
}
