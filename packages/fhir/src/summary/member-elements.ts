import { choiceMember, elementsOf, type ElementDefinition } from '../definitions/elements.js';

interface MemberElement {
  readonly element: ElementDefinition;
  readonly typeName: string;
}

const known = new Map<string, ReadonlyMap<string, MemberElement>>();

/** JSON member name, `_name` of primitives included, to the element that it is of. */
export function memberElementsOf(typeName: string): ReadonlyMap<string, MemberElement> {
  const cached = known.get(typeName);
  if (cached) return cached;
  const members = new Map<string, MemberElement>();
  for (const element of elementsOf(typeName)) {
    for (const { code } of element.types) {
      const name = element.isChoice ? choiceMember(element.name, code) : element.name;
      members.set(name, { element, typeName: code });
      members.set(`_${name}`, { element, typeName: 'Element' });
    }
  }
  known.set(typeName, members);
  return members;
}
