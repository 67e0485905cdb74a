import { isResourceType } from '@healthcare/fhir';
import { IdentityInputError } from '../identity-input-error.js';
import { OPERATOR_SCOPE } from '../scope-set.js';
import { parseSmartScope } from './smart-scope.js';

/**
 * Checks the scopes that a client or a person is to have at most.
 *
 * @throws {IdentityInputError} naming the first one that could never be granted.
 */
export function requireKnownScopes(scopes: readonly string[]): void {
  for (const text of scopes) {
    if (text === OPERATOR_SCOPE) {
      continue;
    }
    const scope = parseSmartScope(text);
    if ('problem' in scope) {
      throw new IdentityInputError(`The scope "${text}" ${scope.problem}.`);
    }
    if (scope.type !== '*' && !isResourceType(scope.type)) {
      throw new IdentityInputError(`The scope "${text}" names no resource type of FHIR R4.`);
    }
  }
}
