import { structures } from '../../definitions/structures.js';
import { codeSyntaxes } from './code-syntax.js';

/** Which codes a required binding allows. */
interface ValueSetMembership {
  /** For an element of type `code`, whose system the element implies. */
  hasCode(code: string): boolean;
  hasCoding(system: string, code: string): boolean;
  /** Says what is allowed, for a message. */
  readonly expected: string;
}

const LISTED_IN_MESSAGE = 12;

/** @param name of a value set of the definitions */
export function membershipOf(name: string): ValueSetMembership {
  const valueSet = structures.valueSets[name]!;
  if ('syntax' in valueSet) {
    const { test, expected } = codeSyntaxes[valueSet.syntax];
    return {
      hasCode: test,
      hasCoding: (system, code) => system === valueSet.system && test(code),
      expected: `${expected}, system ${valueSet.system}`,
    };
  }
  const bySystem = new Map(Object.entries(valueSet.codes).map(([system, codes]) => [system, new Set(codes)]));
  const all = new Set(Object.values(valueSet.codes).flat());
  return {
    hasCode: (code) => all.has(code),
    hasCoding: (system, code) => bySystem.get(system)?.has(code) ?? false,
    expected: describe(valueSet.url, [...all]),
  };
}

function describe(url: string, codes: readonly string[]): string {
  if (codes.length > LISTED_IN_MESSAGE) return `a code of ${url}`;
  return `one of the codes ${codes.join(', ')} (${url})`;
}
