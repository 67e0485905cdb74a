import { structures } from './structures.js';

export interface ElementType {
  /** Name of a type of the definitions, e.g. `code`, `Reference`, `Patient.contact`. */
  readonly code: string;
  /** Resource types that a Reference may point at; empty: any. */
  readonly targets: readonly string[];
}

/** One element of a type, as published. */
export interface ElementDefinition {
  /** Without `[x]`. */
  readonly name: string;
  /** True for `value[x]`: in JSON the name carries the type. */
  readonly isChoice: boolean;
  readonly min: number;
  readonly repeats: boolean;
  readonly types: readonly ElementType[];
  readonly isSummary: boolean;
  readonly isModifier: boolean;
  /** Name of the value set that codes have to come from. */
  readonly binding: string | undefined;
}

const expanded = new Map<string, readonly ElementDefinition[]>();

/**
 * The elements of a type, those of its base first.
 * @param typeName a resource, data type or element with children (`Patient`, `HumanName`, `Patient.contact`)
 * @throws RangeError for a name that R4 does not have
 */
export function elementsOf(typeName: string): readonly ElementDefinition[] {
  const known = expanded.get(typeName);
  if (known) return known;
  const elements = [...expand(typeName).values()];
  expanded.set(typeName, elements);
  return elements;
}

/**
 * The types a choice element can have, e.g. `choiceTypes('Observation', 'component.value')`; empty when the path is
 * not a choice.
 * @param path element names joined by dots, without `[x]`
 */
export function choiceTypes(typeName: string, path: string): readonly string[] {
  const [first, ...rest] = path.split('.');
  const element = hasType(typeName) ? elementsOf(typeName).find(({ name }) => name === first) : undefined;
  if (!element) return [];
  if (rest.length > 0) return choiceTypes(element.types[0]!.code, rest.join('.'));
  return element.isChoice ? element.types.map(({ code }) => code) : [];
}

/** The member name that carries a choice of this type: `value` and `dateTime` give `valueDateTime`. */
export function choiceMember(name: string, typeCode: string): string {
  return name + typeCode[0]!.toUpperCase() + typeCode.slice(1);
}

export function hasType(typeName: string): boolean {
  return Object.hasOwn(structures.types, typeName);
}

export function isPrimitive(typeName: string): boolean {
  return Object.hasOwn(structures.primitives, typeName);
}

function expand(typeName: string): Map<string, ElementDefinition> {
  if (!hasType(typeName)) throw new RangeError('Not a type of FHIR R4');
  const { base, elements } = structures.types[typeName]!;
  const result = base === undefined ? new Map<string, ElementDefinition>() : expand(base);
  for (const [name, notation] of Object.entries(elements)) result.set(name, parseNotation(name, notation));
  return result;
}

/** Reads `0..* Reference(Patient,Group)|string summary modifier binding=name`. */
function parseNotation(name: string, notation: string): ElementDefinition {
  const [cardinality, types, ...flags] = notation.split(' ') as [string, string, ...string[]];
  return {
    name: name.endsWith('[x]') ? name.slice(0, -3) : name,
    isChoice: name.endsWith('[x]'),
    min: Number(cardinality.slice(0, cardinality.indexOf('.'))),
    repeats: !cardinality.endsWith('..1'),
    types: (types === '*' ? structures.openTypes : types).split('|').map(parseType),
    isSummary: flags.includes('summary'),
    isModifier: flags.includes('modifier'),
    binding: flags.find((flag) => flag.startsWith('binding='))?.slice('binding='.length),
  };
}

function parseType(notation: string): ElementType {
  const bracket = notation.indexOf('(');
  if (bracket < 0) return { code: notation, targets: [] };
  return { code: notation.slice(0, bracket), targets: notation.slice(bracket + 1, -1).split(',') };
}
