import { describe, expect, it } from 'vitest';
import { choiceTypes, elementsOf } from './elements.js';
import { isResourceType, resourceTypes } from './resource-types.js';
import { structures } from './structures.js';

const elementOf = (type: string, name: string): unknown => elementsOf(type).find((element) => element.name === name);

describe('the R4 definitions', () => {
  it('have the 146 concrete resource types of R4', () => {
    expect(structures.fhirVersion).toBe('4.0.1');
    expect(resourceTypes).toHaveLength(146);
    expect(['Patient', 'Binary', 'CatalogEntry', 'VisionPrescription'].every(isResourceType)).toBe(true);
    const others = [
      'Resource',
      'DomainResource',
      'MetadataResource',
      'SubscriptionStatus',
      'HumanName',
      'patient',
      'toString',
    ];
    expect(others.filter(isResourceType)).toEqual([]);
    expect(resourceTypes).toEqual([...resourceTypes].sort());
  });

  it('say what an element is', () => {
    expect(elementOf('Patient', 'gender')).toEqual({
      name: 'gender',
      isChoice: false,
      min: 0,
      repeats: false,
      types: [{ code: 'code', targets: [] }],
      isSummary: true,
      isModifier: false,
      binding: 'administrative-gender',
    });
    expect(elementOf('Patient.link', 'other')).toMatchObject({
      min: 1,
      types: [{ code: 'Reference', targets: ['Patient', 'RelatedPerson'] }],
    });
    expect(elementOf('Questionnaire.item', 'item')).toMatchObject({
      repeats: true,
      types: [{ code: 'Questionnaire.item' }],
    });
    expect(elementOf('Bundle', 'id')).toMatchObject({ types: [{ code: 'id' }] });
  });

  it('inherit', () => {
    const names = elementsOf('Patient.contact').map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual(['id', 'extension', 'modifierExtension', 'relationship']);
    expect(elementsOf('Age')).toEqual(elementsOf('Quantity'));
  });

  it('know the types of a choice, also in parts', () => {
    expect(choiceTypes('Patient', 'deceased')).toEqual(['boolean', 'dateTime']);
    expect(choiceTypes('Observation', 'component.value')).toContain('SampledData');
    expect(choiceTypes('Patient', 'contact.name')).toEqual([]);
    expect(choiceTypes('Patient', 'unheard.of')).toEqual([]);
    expect(choiceTypes('Unheard', 'value')).toEqual([]);
    expect(choiceTypes('Extension', 'value')).toHaveLength(50);
  });

  it('refuse a type that is not there', () => {
    expect(() => elementsOf('Pateint')).toThrow(RangeError);
    expect(() => elementsOf('constructor')).toThrow(RangeError);
  });

  it('name only types and value sets that exist, in all notations', () => {
    for (const type of Object.keys(structures.types)) {
      for (const element of elementsOf(type)) {
        for (const { code, targets } of element.types) {
          expect([code, code in structures.types || code in structures.primitives]).toEqual([code, true]);
          expect(targets.filter((target) => !isResourceType(target))).toEqual([]);
        }
        if (element.binding !== undefined) expect(structures.valueSets).toHaveProperty([element.binding]);
        expect([0, 1]).toContain(element.min);
        if (element.isChoice) expect(element.repeats).toBe(false);
      }
    }
  });

  it('are free of what their package adds to R4', () => {
    const has = (type: string, name: string): boolean => elementOf(type, name) !== undefined;
    expect(elementsOf('Meta').map(({ name }) => name)).toEqual([
      'id',
      'extension',
      'versionId',
      'lastUpdated',
      'source',
      'profile',
      'security',
      'tag',
    ]);
    expect(has('Binary', 'url') || has('ResearchStudy', 'label') || has('HealthcareService', 'offeredIn')).toBe(false);
    expect(has('EvidenceVariable.characteristic', 'definitionId')).toBe(false);
    expect(choiceTypes('EvidenceVariable', 'characteristic.definition')).toHaveLength(6);
    expect(elementOf('DetectedIssue', 'status')).toMatchObject({ binding: 'observation-status' });
    expect(JSON.stringify(structures)).not.toMatch(/ClientApplication|Bot\b/);
  });

  it('list the codes of every required binding, or the syntax that they follow', () => {
    const unlisted = Object.entries(structures.valueSets).filter(([, valueSet]) => 'syntax' in valueSet);
    expect(unlisted.map(([name]) => name).sort()).toEqual([
      'LL379-9',
      'all-languages',
      'currencies',
      'mimetypes',
      'mimetypes-or-format',
      'ucum-units',
    ]);
    expect(structures.valueSets['administrative-gender']).toEqual({
      url: 'http://hl7.org/fhir/ValueSet/administrative-gender',
      codes: { 'http://hl7.org/fhir/administrative-gender': ['male', 'female', 'other', 'unknown'] },
    });
    for (const valueSet of Object.values(structures.valueSets)) {
      if ('codes' in valueSet) expect(Object.values(valueSet.codes).flat().length).toBeGreaterThan(0);
    }
  });
});
