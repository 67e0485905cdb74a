import type { ValueCheck, ValueFault } from '../validation-issue.js';
import { membershipOf } from './value-set-membership.js';

interface MaybeCoding {
  readonly system?: unknown;
  readonly code?: unknown;
}

/**
 * A CodeableConcept or Coding with a required binding: the Coding, or at least one Coding of the concept, is of the
 * value set. A concept that only says why it has no code (an extension such as data-absent-reason) is let pass.
 */
export function checkBoundConcept(binding: string): ValueCheck {
  const membership = membershipOf(binding);
  const fault: ValueFault = { code: 'code-invalid', diagnostics: `Expected a coding with ${membership.expected}` };
  const isMember = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null) return false;
    const { system, code } = value as MaybeCoding;
    return typeof system === 'string' && typeof code === 'string' && membership.hasCoding(system, code);
  };
  return (value) => {
    const { coding, extension } = value as { readonly coding?: unknown; readonly extension?: unknown };
    if (coding === undefined && extension !== undefined) return undefined;
    const codings = Array.isArray(coding) ? (coding as unknown[]) : [value];
    return codings.some(isMember) ? undefined : fault;
  };
}
