import type { ValueCheck, ValueFault } from '../validation-issue.js';
import { primitiveChecks } from '../primitives/primitive-checks.js';
import { membershipOf } from './value-set-membership.js';

/** A `code` with a required binding: of the right form, and of the value set. */
export function checkBoundCode(binding: string): ValueCheck {
  const membership = membershipOf(binding);
  const fault: ValueFault = { code: 'code-invalid', diagnostics: `Expected ${membership.expected}` };
  const checkForm = primitiveChecks['code']!;
  return (value) => checkForm(value) ?? (membership.hasCode(value as string) ? undefined : fault);
}
