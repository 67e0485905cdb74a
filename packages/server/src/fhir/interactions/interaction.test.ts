import { describe, expect, it } from 'vitest';
import { FhirError } from '../../platform/errors/index.js';
import { parseInteraction } from './interaction.js';

function refusal(method: string, path: string): FhirError {
  try {
    parseInteraction(method, path);
  } catch (error) {
    expect(error).toBeInstanceOf(FhirError);
    return error as FhirError;
  }
  throw new Error(`${method} ${path} was accepted`);
}

describe('parseInteraction', () => {
  it.each([
    ['GET', 'Patient/1', { kind: 'read', type: 'Patient', id: '1' }],
    ['HEAD', 'Patient/1', { kind: 'read', type: 'Patient', id: '1' }],
    ['GET', 'Patient/1/_history/2', { kind: 'vread', type: 'Patient', id: '1', versionId: '2' }],
    ['GET', 'Patient/1/_history', { kind: 'history-instance', type: 'Patient', id: '1' }],
    ['GET', 'Patient/_history', { kind: 'history-type', type: 'Patient' }],
    ['GET', '_history', { kind: 'history-system' }],
    ['GET', 'Patient', { kind: 'search-type', type: 'Patient' }],
    ['POST', 'Patient/_search', { kind: 'search-type', type: 'Patient' }],
    ['POST', 'Patient', { kind: 'create', type: 'Patient' }],
    ['PUT', 'Patient/1', { kind: 'update', type: 'Patient', id: '1' }],
    ['PUT', 'Patient', { kind: 'update', type: 'Patient', id: undefined }],
    ['DELETE', 'Patient/1', { kind: 'delete', type: 'Patient', id: '1' }],
    ['DELETE', 'Patient', { kind: 'delete', type: 'Patient', id: undefined }],
    ['POST', '', { kind: 'bundle' }],
  ])('%s %s', (method, path, expected) => {
    expect(parseInteraction(method, path)).toEqual(expected);
  });

  it.each([
    ['GET', 'Patients', 404],
    ['GET', 'Patient/1/name', 404],
    ['GET', 'Patient/1/$everything', 404],
    ['GET', 'Patient/_everything', 404],
    ['GET', 'Patient/1/_history/2/3', 404],
    ['GET', 'Patient/a b', 400],
    ['GET', `Patient/${'a'.repeat(65)}`, 400],
    ['PATCH', 'Patient/1', 405],
    ['GET', '', 405],
    ['POST', '_history', 405],
    ['DELETE', 'Patient/1/_history', 405],
  ])('refuses %s %s with %i', (method, path, status) => {
    expect(refusal(method, path).status).toBe(status);
  });

  it('names the methods that a path takes', () => {
    expect(refusal('PATCH', 'Patient/1').headers).toEqual({ allow: 'GET, PUT, DELETE' });
  });
});
