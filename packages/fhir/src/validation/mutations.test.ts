import { describe, expect, it } from 'vitest';
import { resourceTypes } from '../definitions/resource-types.js';
import { sampleOf, type Json } from '../testing/sample-resource.js';
import { rulesOf, type Member } from './type-rules.js';
import { validateResource } from './validate-resource.js';
import type { ValidationIssueCode } from './validation-issue.js';

interface Place {
  readonly owner: Json;
  readonly ownerType: string;
  readonly ownerPath: string;
  readonly name: string;
  readonly member: Member;
}

/** Every member of a sample, with the path at which a fault of it has to be reported. */
function* placesIn(owner: Json, typeName: string, ownerPath: string): Generator<Place> {
  const rules = rulesOf(typeName);
  for (const [name, value] of Object.entries(owner)) {
    if (name === 'resourceType') continue;
    const member = rules.members.get(name)!;
    yield { owner, ownerType: typeName, ownerPath, name, member };
    if (member.kind === 'primitive') continue;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const [index, item] of values.entries()) {
      const path = `${ownerPath}.${name}${member.repeats ? `[${index}]` : ''}`;
      const type = member.kind === 'resource' ? ((item as Json)['resourceType'] as string) : member.typeName;
      yield* placesIn(item as Json, type, path);
    }
  }
}

/** Breaks one member, asks for the fault, and mends it again. */
function expectFault(root: Json, place: Place, broken: unknown, code: ValidationIssueCode, path: string): void {
  const { owner, name } = place;
  const intact = owner[name];
  if (broken === undefined) delete owner[name];
  else owner[name] = broken;
  const errors = validateResource(root).filter(({ severity }) => severity === 'error');
  owner[name] = intact;
  const found = errors.some((error) => error.expression === path && error.code === code);
  if (!found) expect.fail(`${code} at ${path}: got ${JSON.stringify(errors)}`);
  // But a coding's fault is one of the concept as well.
  const elsewhere = errors.filter(
    ({ expression, code: other }) =>
      !expression.startsWith(place.ownerPath) && !(other === 'code-invalid' && path.startsWith(expression)),
  );
  // A fault in a part must not be taken for one of something else.
  if (elsewhere.length > 0) expect.fail(`${path}: also ${JSON.stringify(elsewhere)}`);
}

const WRONG_VALUES: Readonly<Record<string, readonly unknown[]>> = {
  base64Binary: ['AAA', '=AAA', 'AA==AA==', 'AAé='],
  canonical: ['two words', ''],
  code: [' a', 'a  b', 'a ', '', 'a\u0000'],
  date: ['2023-02-29', '2024-13', '24-01-01', '2024-01-01T00:00:00Z', '0000'],
  dateTime: ['2023-04-31T00:00:00Z', '2024-01-01T00:00:00', '2024-01-01T24:00:00Z', '2024-01-01T10:00Z', '1900-02-29'],
  id: ['a_b', 'a'.repeat(65), ''],
  instant: ['2024-01-01', '2024-01-01T00:00:00', '2024-06-31T00:00:00Z'],
  integer: [1.5, 2_147_483_648, -2_147_483_649],
  markdown: ['', '\u0007'],
  oid: ['2.16', 'urn:oid:3.1', 'urn:oid:1.02'],
  positiveInt: [0, -1, 2_147_483_648],
  string: ['', 'a\u0000b', 'a\ud800b'],
  time: ['24:00:00', '10:00', '10:00:00Z'],
  unsignedInt: [-1, 0.5],
  uri: ['a b', ''],
  url: ['a\tb'],
  uuid: ['urn:uuid:00000000-0000-4000-8000-00000000000A', '00000000-0000-4000-8000-000000000000'],
  xhtml: ['text', '<div>no namespace</div>'],
};

function breakMember(root: Json, place: Place): number {
  const { owner, ownerPath, name, member } = place;
  const path = `${ownerPath}.${name}`;
  const at = member.repeats ? `${path}[0]` : path;
  const value = owner[name];
  const one = member.repeats ? (value as unknown[])[0] : value;
  const wrap = (item: unknown): unknown => (member.repeats ? [item] : item);
  let count = 0;
  const expectOne = (broken: unknown, code: ValidationIssueCode, where: string): void => {
    expectFault(root, place, broken, code, where);
    count += 1;
  };
  expectOne(member.repeats ? one : [one], 'structure', path);
  expectOne(wrap(null), 'structure', at);
  if (member.repeats) expectOne([], 'structure', path);
  if (member.element.min > 0) expectOne(undefined, 'required', `${ownerPath}.${member.element.name}`);
  if (member.kind !== 'primitive') {
    expectOne(wrap('text'), 'structure', at);
    expectOne(
      wrap({}),
      member.kind === 'resource' ? 'required' : 'structure',
      member.kind === 'resource' ? `${at}.resourceType` : at,
    );
    return count;
  }
  expectOne(wrap({}), 'structure', at);
  expectOne(wrap(typeof one === 'string' ? 1 : 'text'), 'structure', at);
  for (const wrong of WRONG_VALUES[member.typeName] ?? []) expectOne(wrap(wrong), 'value', at);
  if (member.element.binding !== undefined) expectOne(wrap('not, a code'), 'code-invalid', at);
  return count;
}

function expectUnknownMember(root: Json, owner: Json, ownerPath: string): void {
  owner['unheardOf'] = 1;
  const errors = validateResource(root);
  delete owner['unheardOf'];
  expect(errors.map(({ expression, code }) => [expression, code])).toEqual([[`${ownerPath}.unheardOf`, 'structure']]);
}

describe('validateResource on every resource type', () => {
  it.each(resourceTypes)('%s: accepts a full sample, finds each fault where it is', (type) => {
    let mutations = 0;
    for (const [pick, depth] of [
      [0, 2],
      [1, 1],
    ] as const) {
      const sample = sampleOf(type, depth, pick);
      expect(validateResource(sample)).toEqual([]);
      // Once for each member of each type is enough: a Period is broken in the same ways wherever it stands.
      const places = [
        ...new Map(
          [...placesIn(sample, type, type)].map((place) => [`${place.ownerType}.${place.name}`, place]),
        ).values(),
      ];
      for (const place of places) mutations += breakMember(sample, place);
      const owners = new Map(places.map(({ owner, ownerPath }) => [ownerPath, owner]));
      for (const [path, owner] of owners) expectUnknownMember(sample, owner, path);
    }
    expect(mutations).toBeGreaterThan(100);
  });
});
