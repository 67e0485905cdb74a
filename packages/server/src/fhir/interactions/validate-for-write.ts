import { isResourceType, validateResource } from '@healthcare/fhir';
import { FhirError } from '../../platform/errors/index.js';
import type { Resource } from '../resource.js';
import type { WriteObserver } from './write-observer.js';

/**
 * Checks that `value` is a valid resource of `type`.
 *
 * @param path FHIRPath of where it stands, for a resource inside a bundle.
 * @throws {FhirError} 400 when it is another type's or no resource; 400 with every fault found.
 */
export function validateForWrite(
  value: unknown,
  type: string,
  observers: readonly WriteObserver[],
  path?: string,
): Resource {
  requireResourceOf(value, type, path);
  const faults = validateResource(value).filter(({ severity }) => severity === 'error');
  if (faults.length > 0) {
    throw new FhirError(
      400,
      faults.map(({ severity, code, diagnostics, expression }) => ({
        severity,
        code,
        diagnostics,
        expression: [path === undefined ? expression : expression.replace(/^[^.[]+/, path)],
      })),
    );
  }
  for (const observer of observers) {
    observer.check?.(value);
  }
  return value;
}

function requireResourceOf(value: unknown, type: string, path = type): asserts value is Resource {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw FhirError.of(400, 'structure', 'A resource is a JSON object.', path);
  }
  const given = (value as { resourceType?: unknown }).resourceType;
  if (typeof given !== 'string') {
    throw FhirError.of(400, 'required', 'The resource has no resourceType.', `${path}.resourceType`);
  }
  if (given !== type) {
    throw FhirError.of(
      400,
      'value',
      isResourceType(given)
        ? `The URL is for ${type}, the body is another resource type.`
        : `The URL is for ${type}, the resourceType of the body is none of R4.`,
      `${path}.resourceType`,
    );
  }
}
