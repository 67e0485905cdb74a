import {
  choiceMember,
  elementsOf,
  isPrimitive,
  type ElementDefinition,
  type ElementType,
} from '../definitions/elements.js';
import { structures } from '../definitions/structures.js';
import { checkBoundCode } from './codes/check-code.js';
import { checkBoundConcept } from './codes/check-concept.js';
import { checkExtension } from './invariants/extension.js';
import type { Invariant } from './invariants/invariant.js';
import { checkReference } from './invariants/reference.js';
import { primitiveChecks } from './primitives/primitive-checks.js';
import type { ValueCheck } from './validation-issue.js';

/** A member that objects of a type may have in JSON: an element, one type of a choice, or `_name` of a primitive. */
export interface Member {
  /** In paths; without the underscore of a sibling. */
  readonly name: string;
  readonly repeats: boolean;
  /** The element's bit in `TypeRules.required` or, for a choice, its own; 0 when nothing needs to be remembered. */
  readonly bit: number;
  readonly element: ElementDefinition;
  /** `resource`: the value says its type itself. `sibling`: id and extensions of the primitive. */
  readonly kind: 'primitive' | 'object' | 'resource' | 'sibling';
  /** Type of the value, when it is an object. */
  readonly typeName: string;
  /** The check of a primitive value; of a CodeableConcept or Coding, the one of its binding. */
  readonly check: ValueCheck | undefined;
  /** The types that a Reference may point at; empty: any. */
  readonly targets: readonly string[];
}

/** What is checked of the objects of one type, as tables. */
export interface TypeRules {
  readonly typeName: string;
  readonly isResource: boolean;
  readonly members: ReadonlyMap<string, Member>;
  /** One bit for each element that has to be there. */
  readonly required: number;
  readonly requiredElements: readonly { readonly bit: number; readonly element: ElementDefinition }[];
  readonly invariant: Invariant | undefined;
}

const INVARIANTS: Readonly<Record<string, Invariant>> = { Extension: checkExtension, Reference: checkReference };
const compiled = new Map<string, TypeRules>();

/** @param typeName a type that the definitions have; its rules are made when it is first met */
export function rulesOf(typeName: string): TypeRules {
  let rules = compiled.get(typeName);
  if (!rules) {
    rules = compile(typeName);
    compiled.set(typeName, rules);
  }
  return rules;
}

function compile(typeName: string): TypeRules {
  const members = new Map<string, Member>();
  const requiredElements: { readonly bit: number; readonly element: ElementDefinition }[] = [];
  let nextBit = 1;
  for (const element of elementsOf(typeName)) {
    const isRequired = element.min > 0;
    const bit = isRequired || element.isChoice ? nextBit : 0;
    if (bit !== 0) nextBit *= 2;
    if (isRequired) requiredElements.push({ bit, element });
    for (const type of element.types) {
      for (const [name, member] of membersOf(typeName, element, type, bit)) members.set(name, member);
    }
  }
  if (nextBit > 2 ** 31) throw new RangeError(`${typeName} has more required elements and choices than bits`);
  return {
    typeName,
    isResource: structures.types[typeName]!.kind === 'resource',
    members,
    required: requiredElements.reduce((bits, { bit }) => bits + bit, 0),
    requiredElements,
    invariant: INVARIANTS[typeName],
  };
}

function* membersOf(
  owner: string,
  element: ElementDefinition,
  type: ElementType,
  bit: number,
): Generator<[string, Member]> {
  const name = element.isChoice ? choiceMember(element.name, type.code) : element.name;
  const { repeats, binding } = element;
  const common = { name, repeats, bit, element, typeName: type.code, targets: type.targets };
  if (isPrimitive(type.code)) {
    const check = type.code === 'code' && binding !== undefined ? checkBoundCode(binding) : primitiveChecks[type.code];
    yield [name, { ...common, kind: 'primitive', check }];
    if (hasSibling(owner, element, type)) {
      yield [`_${name}`, { ...common, kind: 'sibling', typeName: 'Element', check: undefined }];
    }
    return;
  }
  const isConcept = type.code === 'CodeableConcept' || type.code === 'Coding';
  const check = isConcept && binding !== undefined ? checkBoundConcept(binding) : undefined;
  yield [name, { ...common, kind: type.code === 'Resource' ? 'resource' : 'object', check }];
}

/** What is an attribute in XML (`id`, `Extension.url`) and narrative cannot have extensions. */
function hasSibling(owner: string, element: ElementDefinition, type: ElementType): boolean {
  return element.name !== 'id' && type.code !== 'xhtml' && !(owner === 'Extension' && element.name === 'url');
}
