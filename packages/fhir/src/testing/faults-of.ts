import { validateResource } from '../validation/validate-resource.js';

/** `code expression` of every error. */
export function faultsOf(value: unknown): string[] {
  return validateResource(value).map(({ severity, code, expression }) => {
    return severity === 'error' ? `${code} ${expression}` : `${severity} ${code} ${expression}`;
  });
}

export const patient = (members: object): object => ({ resourceType: 'Patient', ...members });
export const observation = (members: object): object => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'Heart rate' },
  ...members,
});
