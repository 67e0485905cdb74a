import type { ReturnPreference } from '../transactions/index.js';

/** What a `Prefer` header asks for; what it does not say, or says wrongly, is the default (RFC 7240). */
export interface Preferences {
  readonly return: ReturnPreference | undefined;
  readonly handling: 'strict' | 'lenient';
}

/** Reads `Prefer: return=minimal; handling=lenient`, in either order, with `,` or `;` between. */
export function parsePrefer(header: string | string[] | undefined): Preferences {
  const tokens = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(/[,;]/).map((token) => token.trim());
  const value = (name: string): string | undefined =>
    tokens
      .find((token) => token.startsWith(`${name}=`))
      ?.slice(name.length + 1)
      .replace(/^"(.*)"$/, '$1');
  const returned = value('return');
  return {
    return:
      returned === 'minimal' || returned === 'representation' || returned === 'OperationOutcome' ? returned : undefined,
    handling: value('handling') === 'lenient' ? 'lenient' : 'strict',
  };
}
