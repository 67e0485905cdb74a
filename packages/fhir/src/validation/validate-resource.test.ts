import { describe, expect, it } from 'vitest';
import { parseJson } from '../json/parse-json.js';
import { MAX_ERRORS, MAX_WARNINGS } from './issue-collector.js';
import { validateResource } from './validate-resource.js';
import { faultsOf, observation, patient } from '../testing/faults-of.js';

describe('the resource itself', () => {
  it.each([undefined, null, true, 1, 'Patient', [], [{ resourceType: 'Patient' }]])('is an object, not %j', (value) => {
    expect(faultsOf(value)).toEqual(['structure Resource']);
  });

  it('is of a type that R4 has', () => {
    expect(faultsOf({})).toEqual(['required Resource.resourceType']);
    expect(faultsOf({ resourceType: 1 })).toEqual(['structure Resource.resourceType']);
    expect(faultsOf({ resourceType: 'constructor' })).toEqual(['not-supported Resource.resourceType']);
    expect(faultsOf({ resourceType: 'DomainResource' })).toEqual(['not-supported Resource.resourceType']);
    expect(validateResource({ resourceType: 'Pateint' })[0]?.diagnostics).toContain('did you mean Patient?');
  });

  it('may consist of its type alone', () => {
    expect(faultsOf({ resourceType: 'Patient' })).toEqual([]);
  });

  it('has an id of the published form', () => {
    expect(faultsOf(patient({ id: 'a/b' }))).toEqual(['value Patient.id']);
    expect(faultsOf({ resourceType: 'Bundle', type: 'collection', id: 'a b' })).toEqual(['value Bundle.id']);
  });
});

describe('members', () => {
  it('suggests the name that was meant, and repeats no other', () => {
    const [misspelt] = validateResource(patient({ brithDate: '2000-01-01' }));
    expect(misspelt).toEqual({
      severity: 'error',
      code: 'structure',
      expression: 'Patient.brithDate',
      diagnostics: 'Expected only members that Patient has; did you mean birthDate?',
    });
    const [strange] = validateResource(patient({ 'Jane Roe, 1970': 1 }));
    expect(strange?.expression).toBe('Patient');
    expect(strange?.diagnostics).not.toContain('Roe');
  });

  it('are own names only', () => {
    const text = '{"resourceType":"Patient","__proto__":{"active":true},"constructor":1,"toString":1}';
    expect(faultsOf(parseJson(text))).toEqual([
      'structure Patient',
      'structure Patient.constructor',
      'structure Patient.toString',
    ]);
  });

  it('never repeats a value', () => {
    const value = 'Secret-9917';
    const faulty = patient({
      id: `${value}!`,
      gender: value,
      birthDate: value,
      name: value,
      active: value,
      [value]: 1,
    });
    const issues = validateResource({ ...faulty, managingOrganization: { reference: value } });
    expect(issues.length).toBeGreaterThan(6);
    expect(JSON.stringify(issues)).not.toContain(value);
  });

  it('have one type of a choice', () => {
    expect(faultsOf(observation({ valueString: 'a', valueInteger: 1, valueBoolean: true }))).toEqual([
      'structure Observation.valueInteger',
    ]);
    expect(faultsOf(observation({ _valueString: { id: 'a' }, valueInteger: 1 }))).toContain(
      'structure Observation.valueInteger',
    );
    expect(faultsOf(observation({ valueString: 'a', _valueString: { id: 'a' } }))).toEqual([]);
    expect(faultsOf(observation({ value: 'a' }))).toEqual(['structure Observation.value']);
    expect(faultsOf(observation({ valueAddress: {} }))).toEqual(['structure Observation.valueAddress']);
    expect(
      faultsOf({ resourceType: 'MedicationRequest', status: 'active', intent: 'order', subject: { display: 'a' } }),
    ).toEqual(['required MedicationRequest.medication']);
  });

  it('are reported all, in their order', () => {
    const name = [{ given: ['a', 1] }, { family: '', use: 'nick' }];
    expect(faultsOf(patient({ name, active: 'yes', contact: [{ name: [] }] }))).toEqual([
      'structure Patient.name[0].given[1]',
      'value Patient.name[1].family',
      'code-invalid Patient.name[1].use',
      'structure Patient.active',
      'structure Patient.contact[0].name',
    ]);
  });

  it('are reported up to a bound, which warnings do not use up', () => {
    const many = validateResource(patient({ name: Array.from({ length: 500 }, () => 1) }));
    expect(many).toHaveLength(MAX_ERRORS + 1);
    expect(many.at(-1)).toMatchObject({ severity: 'warning', code: 'too-long', expression: 'Patient' });
    const generalPractitioner = Array.from({ length: 500 }, () => ({ reference: 'Patient/1' }));
    const warned = validateResource(patient({ generalPractitioner, gender: 1 }));
    expect(warned).toHaveLength(MAX_WARNINGS + 2);
    expect(warned.filter(({ severity }) => severity === 'error').map(({ expression }) => expression)).toEqual([
      'Patient.gender',
    ]);
  });
});

describe('resources in bundles and parameters', () => {
  it('are validated on their place, each with its own contained resources', () => {
    const resource = observation({ contained: [{ resourceType: 'Patient', id: 'a' }], subject: { reference: '#a' } });
    const other = observation({ subject: { reference: '#a' } });
    expect(
      faultsOf({ resourceType: 'Bundle', type: 'collection', entry: [{ resource }, { resource: other }] }),
    ).toEqual(['invariant Bundle.entry[1].resource.subject.reference']);
    const parameter = [{ name: 'a', part: [{ name: 'b', resource: patient({ gender: 'x' }) }] }];
    expect(faultsOf({ resourceType: 'Parameters', parameter })).toEqual([
      'code-invalid Parameters.parameter[0].part[0].resource.gender',
    ]);
  });
});
