import { describe, expect, it } from 'vitest';
import { ValueSetExpander, type TerminologyResource } from './value-sets.mts';

const animals: TerminologyResource = {
  resourceType: 'CodeSystem',
  url: 'urn:animals',
  content: 'complete',
  concept: [
    { code: 'mammal', concept: [{ code: 'dog', concept: [{ code: 'puppy' }] }, { code: 'cat' }] },
    { code: 'bird' },
  ],
};
const fragment: TerminologyResource = {
  resourceType: 'CodeSystem',
  url: 'urn:part',
  content: 'fragment',
  concept: [{ code: 'a' }],
};

function expand(compose: object, ...others: TerminologyResource[]): Record<string, string[]> | undefined {
  const valueSet = { resourceType: 'ValueSet', url: 'urn:vs', compose } as TerminologyResource;
  const expansion = new ValueSetExpander([animals, fragment, valueSet, ...others]).expand('urn:vs|4.0.1');
  return expansion && Object.fromEntries([...expansion].map(([system, codes]) => [system, [...codes]]));
}
const filtered = (op: string, value: string, property = 'concept'): object => ({
  include: [{ system: 'urn:animals', filter: [{ property, op, value }] }],
});

describe('ValueSetExpander', () => {
  it('takes a whole hierarchy, or the concepts that are named', () => {
    expect(expand({ include: [{ system: 'urn:animals' }] })).toEqual({
      'urn:animals': ['mammal', 'dog', 'puppy', 'cat', 'bird'],
    });
    expect(expand({ include: [{ system: 'urn:unknown', concept: [{ code: 'x' }] }] })).toEqual({
      'urn:unknown': ['x'],
    });
  });

  it('computes the filters of a hierarchy', () => {
    expect(expand(filtered('is-a', 'dog'))).toEqual({ 'urn:animals': ['dog', 'puppy'] });
    expect(expand(filtered('descendent-of', 'mammal'))).toEqual({ 'urn:animals': ['dog', 'puppy', 'cat'] });
    expect(expand(filtered('is-not-a', 'mammal'))).toEqual({ 'urn:animals': ['bird'] });
  });

  it('joins includes, leaves out excludes and intersects value sets', () => {
    const dogs = { resourceType: 'ValueSet', url: 'urn:dogs', compose: filtered('is-a', 'dog') } as TerminologyResource;
    const exclude = [{ system: 'urn:animals', concept: [{ code: 'puppy' }] }];
    expect(
      expand({ include: [{ valueSet: ['urn:dogs'] }, { system: 'urn:b', concept: [{ code: 'c' }] }], exclude }, dogs),
    ).toEqual({
      'urn:animals': ['dog'],
      'urn:b': ['c'],
    });
    const both = { system: 'urn:animals', concept: [{ code: 'dog' }, { code: 'bird' }], valueSet: ['urn:dogs'] };
    expect(expand({ include: [both] }, dogs)).toEqual({ 'urn:animals': ['dog'] });
  });

  it('says so when it cannot list the codes', () => {
    expect(expand({ include: [{ system: 'urn:unknown' }] })).toBeUndefined();
    expect(expand({ include: [{ system: 'urn:part' }] })).toBeUndefined();
    expect(expand(filtered('regex', '.*'))).toBeUndefined();
    expect(expand(filtered('is-a', 'dog', 'other'))).toBeUndefined();
    expect(expand(filtered('is-a', 'fish'))).toBeUndefined();
    expect(expand({ include: [{ valueSet: ['urn:vs'] }] })).toBeUndefined();
    expect(new ValueSetExpander([]).expand('urn:none')).toBeUndefined();
  });
});
