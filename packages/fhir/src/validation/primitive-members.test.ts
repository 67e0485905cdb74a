import { describe, expect, it } from 'vitest';
import { parseJson } from '../json/parse-json.js';
import { faultsOf, observation, patient } from '../testing/faults-of.js';

describe('primitives with ids and extensions', () => {
  const extension = [{ url: 'http://example.org/a', valueCode: 'unknown' }];

  it('may lack their value', () => {
    expect(faultsOf(patient({ _birthDate: { extension } }))).toEqual([]);
    expect(faultsOf({ ...observation({}), status: undefined, _status: { extension } })).toEqual([
      'structure Observation.status',
    ]);
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
    expect(faultsOf(patient({ extension: [{ ...extension[0], _url: { id: 'a' } }] }))).toEqual([
      'structure Patient.extension[0]._url',
    ]);
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
