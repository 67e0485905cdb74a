import { FhirError } from '../platform/errors/index.js';
import type { Caller } from './caller.js';
import { OPERATOR_SCOPE } from './scope-set.js';
import { interactionLetters, type ScopedInteraction } from './scopes/smart-scope.js';

/**
 * Lets pass who may do this.
 *
 * @param type A resource type, or `*` for what spans all types (history of the system).
 * @throws {FhirError} 403 that names the scope which would be needed.
 */
export function requireScope(caller: Caller, type: string, interaction: ScopedInteraction): void {
  if (!caller.scopes.allows(type, interaction)) {
    const context = caller.subject === caller.clientId ? 'system' : 'user';
    throw insufficientScope(`${context}/${type}.${interactionLetters[interaction]}`);
  }
}

/** @throws {FhirError} 403 for callers that are no operators. */
export function requireOperator(caller: Caller): void {
  if (!caller.scopes.isOperator) {
    throw insufficientScope(OPERATOR_SCOPE);
  }
}

/** RFC 6750, section 3.1. */
function insufficientScope(scope: string): FhirError {
  return new FhirError(
    403,
    { severity: 'error', code: 'forbidden', diagnostics: `The access token lacks the scope ${scope}.` },
    { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  );
}
