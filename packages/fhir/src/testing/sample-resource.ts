import {
  choiceMember,
  elementsOf,
  isPrimitive,
  type ElementDefinition,
  type ElementType,
} from '../definitions/elements.js';
import { structures } from '../definitions/structures.js';

export type Json = { [name: string]: unknown };

const PRIMITIVES: Readonly<Record<string, unknown>> = {
  base64Binary: 'AAECAw==',
  boolean: true,
  canonical: 'http://example.org/canonical|1',
  code: 'a-code',
  date: '2024-02-29',
  dateTime: '2024-02-29T12:30:00.5+01:00',
  decimal: 1.5,
  id: 'an-id.1',
  instant: '2024-02-29T12:30:00Z',
  integer: -5,
  markdown: '*text*',
  oid: 'urn:oid:2.16.840.1',
  positiveInt: 1,
  string: 'text',
  time: '23:59:60',
  unsignedInt: 0,
  uri: 'urn:uuid:00000000-0000-4000-8000-000000000000',
  url: 'https://example.org/a',
  uuid: 'urn:uuid:00000000-0000-4000-8000-000000000000',
  xhtml: '<div xmlns="http://www.w3.org/1999/xhtml"><p>text</p></div>',
};

const SYNTAX_SAMPLES: Readonly<Record<string, string>> = {
  bcp13: 'text/plain',
  'bcp13-or-format': 'json',
  bcp47: 'en-US',
  iso4217: 'CHF',
  ucum: 'mm[Hg]',
  any: 'a-code',
};

/** Elements that the invariants of ext-1 and containment allow in certain combinations only. */
const LEFT_OUT: ReadonlySet<string> = new Set(['contained']);

/**
 * A valid object of a type with every element it can have, down to a depth; below it only what has to be there.
 * @param pick which type a choice takes, counted round
 */
export function sampleOf(typeName: string, depth: number, pick = 0): Json {
  if (typeName === 'Extension') return { url: 'http://example.org/extension', valueString: 'text' };
  const sample: Json = {};
  if (structures.types[typeName]!.kind === 'resource') sample['resourceType'] = typeName;
  for (const element of elementsOf(typeName)) {
    if (LEFT_OUT.has(element.name) || (depth <= 0 && element.min === 0)) continue;
    const type = element.types[pick % element.types.length]!;
    const value = valueOf(element, type, depth - 1, pick);
    const name = element.isChoice ? choiceMember(element.name, type.code) : element.name;
    sample[name] = element.repeats ? [value, structuredClone(value)] : value;
  }
  return Object.keys(sample).length > 0 ? sample : anyMemberOf(typeName);
}

/** For types that demand nothing and still must not be empty. */
function anyMemberOf(typeName: string): Json {
  const element = elementsOf(typeName).find(({ name, types }) => name !== 'id' && isPrimitive(types[0]!.code));
  if (!element) return { extension: [sampleOf('Extension', 0)] };
  const value = valueOf(element, element.types[0]!, 0, 0);
  const name = element.isChoice ? choiceMember(element.name, element.types[0]!.code) : element.name;
  return { [name]: element.repeats ? [value] : value };
}

function valueOf(element: ElementDefinition, type: ElementType, depth: number, pick: number): unknown {
  const { binding } = element;
  if (type.code === 'Resource') return { resourceType: 'Basic', id: 'inner', code: { text: 'text' } };
  if (type.code === 'Reference') return { reference: `${type.targets[0] ?? 'Basic'}/an-id` };
  if (isPrimitive(type.code)) {
    return type.code === 'code' && binding !== undefined ? codingOf(binding).code : PRIMITIVES[type.code];
  }
  if (type.code === 'CodeableConcept' && binding !== undefined) return { coding: [codingOf(binding)], text: 'text' };
  return sampleOf(type.code, depth, pick);
}

function codingOf(binding: string): { system: string; code: string } {
  const valueSet = structures.valueSets[binding]!;
  if ('syntax' in valueSet) return { system: valueSet.system, code: SYNTAX_SAMPLES[valueSet.syntax]! };
  const [system, codes] = Object.entries(valueSet.codes)[0]!;
  return { system, code: codes[0]! };
}
