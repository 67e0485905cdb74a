import { structures } from '../../definitions/structures.js';
import type { TypedValue } from '../../fhirpath/compile-expression.js';

export interface Token {
  readonly system: string | null;
  readonly code: string;
}

/** The tokens that a value stands for (R4, search "token": the table of data types). */
export function tokensOf({ type, value, binding }: TypedValue): readonly Token[] {
  switch (type) {
    case 'Coding':
      return token(member(value, 'system'), member(value, 'code'));
    case 'CodeableConcept': {
      const codings = (value as { coding?: unknown }).coding;
      return Array.isArray(codings)
        ? codings.flatMap((coding: unknown) => token(member(coding, 'system'), member(coding, 'code')))
        : [];
    }
    case 'Identifier':
      return token(member(value, 'system'), member(value, 'value'));
    case 'ContactPoint':
      // Its `system` (phone, email) is no namespace: R4 leaves the system of the token empty.
      return token(undefined, member(value, 'value'));
    case 'boolean':
      return typeof value === 'boolean' ? [{ system: null, code: String(value) }] : [];
    case 'code':
      return typeof value === 'string' ? token(systemOfCode(binding, value), value) : [];
    default:
      return typeof value === 'string' ? token(undefined, value) : [];
  }
}

/** The system that the required value set of an element gives to a plain code. */
function systemOfCode(binding: string | undefined, code: string): string | undefined {
  const valueSet = binding === undefined ? undefined : structures.valueSets[binding];
  if (valueSet === undefined || !('codes' in valueSet)) {
    return undefined;
  }
  return Object.keys(valueSet.codes).find((system) => valueSet.codes[system]!.includes(code));
}

function token(system: string | undefined, code: string | undefined): readonly Token[] {
  return code === undefined || code === '' ? [] : [{ system: system ?? null, code }];
}

function member(value: unknown, name: string): string | undefined {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === 'string' ? found : undefined;
}
