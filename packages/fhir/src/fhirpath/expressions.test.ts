import { describe, expect, it } from 'vitest';
import { compileExpression } from './compile-expression.js';
import { parseExpression } from './parse-expression.js';

function values(expression: string, resource: Record<string, unknown> & { readonly resourceType: string }): unknown[] {
  return compileExpression(parseExpression(expression), resource.resourceType)(resource).map(({ value }) => value);
}

describe('parseExpression', () => {
  it.each([
    '',
    'Patient.',
    'Patient.name[',
    'Patient.name[x',
    'Patient.name)',
    '(Patient.name',
    'Patient.name | ',
    'Patient.name and',
    "Patient.name.where(use='official'",
    "Patient.name.where(use>'official')",
    'Patient.name.first()',
    'Patient.name + 1',
    "Patient.name.where(use='official)",
  ])('refuses %j', (text) => {
    expect(() => parseExpression(text)).toThrow(SyntaxError);
  });

  it('reads parentheses, spaces and several steps', () => {
    expect(parseExpression(" ( Observation.value.ofType(Quantity) ) [0] . where( unit = 'a b' ) ")).toEqual({
      kind: 'path',
      root: 'Observation',
      steps: [
        { kind: 'member', name: 'value' },
        { kind: 'ofType', type: 'Quantity' },
        { kind: 'index', index: 0 },
        { kind: 'whereEqual', member: 'unit', literal: 'a b' },
      ],
    });
  });
});

describe('compileExpression', () => {
  it('refuses an element that the type does not have', () => {
    expect(() => compileExpression(parseExpression('Patient.colour'), 'Patient')).toThrow(SyntaxError);
    expect(() => compileExpression(parseExpression('Patient.active.value'), 'Patient')).toThrow(SyntaxError);
    expect(() => compileExpression(parseExpression('Patient.name.ofType(Quantity)'), 'Patient')).toThrow(SyntaxError);
  });

  it('says what type a value has, what it belongs to and what binds it', () => {
    const evaluate = compileExpression(parseExpression('Observation.value'), 'Observation');
    expect(evaluate({ valueString: 'a', valueQuantity: { value: 1 } })).toEqual([
      { type: 'Quantity', value: { value: 1 }, binding: undefined, owner: 'Observation' },
      { type: 'string', value: 'a', binding: undefined, owner: 'Observation' },
    ]);
    const gender = compileExpression(parseExpression('Patient.gender'), 'Patient');
    expect(gender({ gender: 'male' })).toEqual([
      { type: 'code', value: 'male', binding: expect.stringContaining('administrative-gender'), owner: 'Patient' },
    ]);
  });

  it('has empty, true and false as FHIRPath has them', () => {
    const deceased = 'Patient.deceased.exists() and Patient.deceased != false';
    expect(values(deceased, { resourceType: 'Patient' })).toEqual([false]);
    expect(values(deceased, { resourceType: 'Patient', deceasedBoolean: false })).toEqual([false]);
    expect(values(deceased, { resourceType: 'Patient', deceasedDateTime: '2020' })).toEqual([true]);
  });

  it('does not look behind members that only JavaScript knows', () => {
    const path = compileExpression(parseExpression('Patient.name.family'), 'Patient');
    for (const name of [{ constructor: 1 }, [], 'text', 5, null, [[{ family: 'nested' }]]]) {
      expect(path({ name })).toEqual([]);
    }
    expect(path(Object.create({ name: { family: 'inherited' } }))).toEqual([]);
    expect(path(null)).toEqual([]);
  });
});
