import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resourceTypes } from '../definitions/resource-types.js';
import { parseJson } from '../json/parse-json.js';
import { MAX_ERRORS, MAX_WARNINGS } from './issue-collector.js';
import { MAX_DEPTH } from './resource-validator.js';
import { validateResource } from './validate-resource.js';

/** `code expression` of every error. */
function faultsOf(value: unknown): string[] {
  return validateResource(value).map(({ severity, code, expression }) => {
    return severity === 'error' ? `${code} ${expression}` : `${severity} ${code} ${expression}`;
  });
}

const patient = (members: object): object => ({ resourceType: 'Patient', ...members });
const observation = (members: object): object => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'Heart rate' },
  ...members,
});

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
    const faulty = patient({ id: `${value}!`, gender: value, birthDate: value, name: value, active: value, [value]: 1 });
    const issues = validateResource({ ...faulty, managingOrganization: { reference: value } });
    expect(issues.length).toBeGreaterThan(6);
    expect(JSON.stringify(issues)).not.toContain(value);
  });

  it('have one type of a choice', () => {
    expect(faultsOf(observation({ valueString: 'a', valueInteger: 1, valueBoolean: true }))).toEqual([
      'structure Observation.valueInteger',
    ]);
    expect(faultsOf(observation({ _valueString: { id: 'a' }, valueInteger: 1 }))).toContain('structure Observation.valueInteger');
    expect(faultsOf(observation({ valueString: 'a', _valueString: { id: 'a' } }))).toEqual([]);
    expect(faultsOf(observation({ value: 'a' }))).toEqual(['structure Observation.value']);
    expect(faultsOf(observation({ valueAddress: {} }))).toEqual(['structure Observation.valueAddress']);
    expect(faultsOf({ resourceType: 'MedicationRequest', status: 'active', intent: 'order', subject: { display: 'a' } })).toEqual([
      'required MedicationRequest.medication',
    ]);
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
    expect(warned.filter(({ severity }) => severity === 'error').map(({ expression }) => expression)).toEqual(['Patient.gender']);
  });
});

describe('primitives with ids and extensions', () => {
  const extension = [{ url: 'http://example.org/a', valueCode: 'unknown' }];

  it('may lack their value', () => {
    expect(faultsOf(patient({ _birthDate: { extension } }))).toEqual([]);
    expect(faultsOf({ ...observation({}), status: undefined, _status: { extension } })).toEqual(['structure Observation.status']);
    expect(faultsOf({ resourceType: 'Observation', _status: { extension }, code: { text: 'a' } })).toEqual([]);
  });

  it('need more than an id without one', () => {
    expect(faultsOf(patient({ _birthDate: { id: 'a' } }))).toEqual(['invariant Patient.birthDate']);
    expect(faultsOf(patient({ birthDate: '2000', _birthDate: { id: 'a' } }))).toEqual([]);
    expect(faultsOf(patient({ _birthDate: {} }))).toEqual(['structure Patient.birthDate']);
    expect(faultsOf(patient({ _birthDate: null }))).toEqual(['structure Patient.birthDate']);
  });

  it('are checked like everything else, on a path without the underscore', () => {
    expect(faultsOf(patient({ _birthDate: { extension: [{ valueCode: 'a' }], value: 1 } }))).toEqual([
      'required Patient.birthDate.extension[0].url',
      'structure Patient.birthDate.value',
    ]);
  });

  it('stand beside null in arrays', () => {
    const names = (given: unknown, _given: unknown): object => patient({ name: [{ given, _given }] });
    expect(faultsOf(names(['a', null], [null, { extension }]))).toEqual([]);
    expect(faultsOf(patient({ name: [{ _given: [{ extension }] }] }))).toEqual([]);
    expect(faultsOf(names(['a', null], [null, null]))).toEqual(['structure Patient.name[0].given[1]']);
    expect(faultsOf(patient({ name: [{ given: [null] }] }))).toEqual(['structure Patient.name[0].given[0]']);
    expect(faultsOf(patient({ name: [{ _given: [null] }] }))).toEqual(['structure Patient.name[0].given[0]']);
    expect(faultsOf(names(['a'], { extension }))).toEqual(['structure Patient.name[0].given']);
    expect(faultsOf(names(['a'], []))).toEqual(['structure Patient.name[0].given']);
    expect(faultsOf(names([null], [{ id: 'a' }]))).toEqual(['invariant Patient.name[0].given[0]']);
  });

  it('are not for objects, ids or the url of an extension', () => {
    expect(faultsOf(patient({ _name: [{ id: 'a' }] }))).toEqual(['structure Patient._name']);
    expect(faultsOf(patient({ _id: { id: 'a' } }))).toEqual(['structure Patient._id']);
    expect(faultsOf(patient({ extension: [{ ...extension[0], _url: { id: 'a' } }] }))).toEqual(['structure Patient.extension[0]._url']);
  });
});

describe('numbers that keep their text', () => {
  const quantity = (text: string): unknown =>
    parseJson(`{"resourceType":"Observation","status":"final","code":{"text":"a"},"valueQuantity":{"value":${text}}}`);
  const total = (text: string): unknown => parseJson(`{"resourceType":"Bundle","type":"searchset","total":${text}}`);

  it('are decimals', () => {
    expect(faultsOf(quantity('1.00'))).toEqual([]);
    expect(faultsOf(quantity('1E-400'))).toEqual([]);
    expect(faultsOf(quantity('"1.00"'))).toEqual(['structure Observation.valueQuantity.value']);
  });

  it('are integers only when they are written so', () => {
    expect(faultsOf(total('10'))).toEqual([]);
    for (const text of ['1.0', '1e1', '-0', '1e400', '99999999999999999999']) {
      expect(faultsOf(total(text))).toEqual(['value Bundle.total']);
    }
  });

  it('are no objects', () => {
    expect(faultsOf(parseJson('{"resourceType":"Patient","name":[1.00],"text":1.00,"maritalStatus":-0}'))).toEqual([
      'structure Patient.name[0]',
      'structure Patient.text',
      'structure Patient.maritalStatus',
    ]);
    expect(faultsOf(parseJson('1.00'))).toEqual(['structure Resource']);
  });
});

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
    expect(faultsOf(condition({ coding: [{ system: 'urn:local', code: 'x' }, { system, code: 'active' }] }))).toEqual([]);
    for (const wrong of [{ coding: [{ code: 'active' }] }, { coding: [{ system, code: 'on' }] }, { text: 'active' }]) {
      expect(faultsOf(condition(wrong))).toEqual(['code-invalid Condition.clinicalStatus']);
    }
    const extension = [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }];
    expect(faultsOf(condition({ extension }))).toEqual([]);
  });

  it('without a list have the form that their standard gives them', () => {
    const attachment = (contentType: string, language: string): object => patient({ photo: [{ contentType, language }] });
    expect(faultsOf(attachment('text/plain; charset=utf-8', 'de-CH-1996'))).toEqual([]);
    expect(faultsOf(attachment('application/fhir+json', 'x-private'))).toEqual([]);
    expect(faultsOf(attachment('text', 'en_US'))).toEqual([
      'code-invalid Patient.photo[0].contentType',
      'code-invalid Patient.photo[0].language',
    ]);
  });
});

describe('extensions', () => {
  const faults = (extension: object): string[] => faultsOf(patient({ extension: [extension] }));
  const url = 'http://example.org/a';

  it('have a url, and either a value or extensions (ext-1)', () => {
    expect(faults({ url, valueString: 'a' })).toEqual([]);
    expect(faults({ url, extension: [{ url: 'part', valueBoolean: false }] })).toEqual([]);
    expect(faults({ url })).toEqual(['invariant Patient.extension[0]']);
    expect(faults({ url, valueString: 'a', extension: [{ url, valueString: 'a' }] })).toEqual(['invariant Patient.extension[0]']);
    expect(faults({ valueString: 'a' })).toEqual(['required Patient.extension[0].url']);
    expect(faults({ url, value: 'a' })).toContain('structure Patient.extension[0].value');
  });
});

describe('references', () => {
  const faults = (reference: string): string[] => faultsOf(observation({ subject: { reference } }));

  it.each([
    'Patient/1',
    'Patient/1/_history/2',
    'https://example.org/fhir/Patient/1',
    'urn:uuid:0c3f1c1e-0000-4000-8000-000000000000',
    'Patient?identifier=http://example.org|1',
  ])('may be %s', (reference) => {
    expect(faults(reference)).toEqual([]);
  });

  it.each(['1', 'patient/1', 'Patient/a b', 'Patient/', '/Patient/1', 'Patient/1/2', 'Person/1?a=b', 'Unheard/1'])('may not be %s', (reference) => {
    expect(faults(reference)).toEqual(['value Observation.subject.reference']);
  });

  it('warn of a target of another type', () => {
    expect(faults('Medication/1')).toEqual(['warning value Observation.subject.reference']);
    expect(faults('http://example.org/Medication/1')).toEqual(['warning value Observation.subject.reference']);
    expect(faults('http://example.org/Unheard/1')).toEqual([]);
  });
});

describe('contained resources', () => {
  const contained = (members: object, reference = '#a'): string[] =>
    faultsOf(observation({ contained: [{ resourceType: 'Patient', id: 'a', ...members }], subject: { reference } }));

  it('are validated on their place', () => {
    expect(contained({})).toEqual([]);
    expect(contained({ gender: 1 })).toEqual(['structure Observation.contained[0].gender']);
    expect(contained({ resourceType: 'Patience' })).toEqual(['not-supported Observation.contained[0].resourceType']);
  });

  it('are referred to, and references with # are resolved (dom-3, ref-1)', () => {
    expect(contained({}, '#b')).toEqual(['invariant Observation.subject.reference', 'invariant Observation.contained[0]']);
    expect(contained({ id: undefined })).toContain('invariant Observation.contained[0]');
    expect(contained({ link: [{ other: { reference: '#' }, type: 'seealso' }] }, 'Patient/1')).toEqual([]);
  });

  it('have no versions, security labels or contained resources (dom-2, dom-4, dom-5)', () => {
    const meta = { versionId: '1', lastUpdated: '2024-01-01T00:00:00Z', security: [{ code: 'R' }], profile: ['urn:a'] };
    expect(contained({ meta })).toEqual(Array(3).fill('invariant Observation.contained[0]'));
    const inner = { resourceType: 'Patient', id: 'b' };
    expect(contained({ contained: [inner] })).toEqual(['invariant Observation.contained[0].contained']);
  });
});

describe('resources in bundles and parameters', () => {
  it('are validated on their place, each with its own contained resources', () => {
    const resource = observation({ contained: [{ resourceType: 'Patient', id: 'a' }], subject: { reference: '#a' } });
    const other = observation({ subject: { reference: '#a' } });
    expect(faultsOf({ resourceType: 'Bundle', type: 'collection', entry: [{ resource }, { resource: other }] })).toEqual([
      'invariant Bundle.entry[1].resource.subject.reference',
    ]);
    const parameter = [{ name: 'a', part: [{ name: 'b', resource: patient({ gender: 'x' }) }] }];
    expect(faultsOf({ resourceType: 'Parameters', parameter })).toEqual([
      'code-invalid Parameters.parameter[0].part[0].resource.gender',
    ]);
  });
});

describe('hostile input', () => {
  it('is bounded in depth', () => {
    let item: object = { linkId: 'a', type: 'group' };
    for (let level = 1; level < MAX_DEPTH - 1; level += 1) item = { linkId: 'a', type: 'group', item: [item] };
    const questionnaire = { resourceType: 'Questionnaire', status: 'draft', item: [item] };
    expect(faultsOf(questionnaire)).toEqual([]);
    expect(faultsOf({ ...questionnaire, item: [{ linkId: 'a', type: 'group', item: [item] }] })).toEqual([
      `too-long Questionnaire${'.item[0]'.repeat(MAX_DEPTH)}`,
    ]);
    const deep = parseJson(`{"resourceType":"Patient","extension":${'[{"extension":'.repeat(50_000)}1${'}]'.repeat(50_000)}}`);
    expect(validateResource(deep).some(({ code }) => code === 'too-long')).toBe(true);
  });

  it('never throws', () => {
    const type = fc.constantFrom(...resourceTypes);
    const name = fc.constantFrom('id', 'meta', 'extension', '_id', 'url', 'valueString', 'contained', 'reference', 'entry', 'text', 'div');
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'medium' },
        fc.jsonValue(),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.oneof(name, fc.string()), tie('node'), { maxKeys: 4 }),
        fc.tuple(type, fc.dictionary(name, tie('node'), { maxKeys: 5 })).map(([resourceType, rest]) => ({ ...rest, resourceType })),
      ),
    })).node;
    fc.assert(
      fc.property(type, fc.dictionary(name, tree), (resourceType, members) => {
        for (const { expression, diagnostics } of validateResource({ resourceType, ...members })) {
          expect(expression.startsWith(resourceType)).toBe(true);
          expect(diagnostics).toMatch(/^(?:Expected|More) /);
        }
      }),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (value) => validateResource(value).length > 0));
  });

  it('takes time in proportion to its size', () => {
    const timeOf = (size: number): number => {
      const name = Array.from({ length: size }, () => ({ given: ['a'], period: { start: '2024-01-01' }, x: 1 }));
      const value = patient({ name, contact: Array.from({ length: size }, () => ({ name: { family: 'a' } })) });
      const started = performance.now();
      validateResource(value);
      return performance.now() - started;
    };
    timeOf(1000);
    expect(timeOf(200_000)).toBeLessThan(2000);
  });
});
