import { describe, expect, it } from 'vitest';
import { validateResource } from '../validate-resource.js';
import { faultsOf, patient } from '../../testing/faults-of.js';

describe('codes', () => {
  it('come from the value set of a required binding', () => {
    const [issue] = validateResource(patient({ gender: 'banana' }));
    expect(issue?.code).toBe('code-invalid');
    expect(issue?.diagnostics).toBe(
      'Expected one of the codes male, female, other, unknown (http://hl7.org/fhir/ValueSet/administrative-gender)',
    );
  });

  it('of a concept: at least one is, with its system', () => {
    const condition = (clinicalStatus: unknown): object => ({
      resourceType: 'Condition',
      subject: { reference: 'Patient/1' },
      clinicalStatus,
    });
    const system = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
    expect(
      faultsOf(
        condition({
          coding: [
            { system: 'urn:local', code: 'x' },
            { system, code: 'active' },
          ],
        }),
      ),
    ).toEqual([]);
    for (const wrong of [{ coding: [{ code: 'active' }] }, { coding: [{ system, code: 'on' }] }, { text: 'active' }]) {
      expect(faultsOf(condition(wrong))).toEqual(['code-invalid Condition.clinicalStatus']);
    }
    const extension = [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }];
    expect(faultsOf(condition({ extension }))).toEqual([]);
  });

  it('without a list have the form that their standard gives them', () => {
    const attachment = (contentType: string, language: string): object =>
      patient({ photo: [{ contentType, language }] });
    expect(faultsOf(attachment('text/plain; charset=utf-8', 'de-CH-1996'))).toEqual([]);
    expect(faultsOf(attachment('application/fhir+json', 'x-private'))).toEqual([]);
    expect(faultsOf(attachment('text', 'en_US'))).toEqual([
      'code-invalid Patient.photo[0].contentType',
      'code-invalid Patient.photo[0].language',
    ]);
  });
});
