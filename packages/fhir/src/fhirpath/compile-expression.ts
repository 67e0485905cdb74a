import { choiceMember, elementsOf, hasType } from '../definitions/elements.js';
import { structures } from '../definitions/structures.js';
import type { Expression, Step } from './expression.js';

/** A value that an expression found, with the FHIR type that the definitions give it. */
export interface TypedValue {
  readonly type: string;
  readonly value: unknown;
  /** Value set that a code comes from; undefined: none is required. */
  readonly binding: string | undefined;
  /** Type that the element belongs to, e.g. `HumanName` for a family name; undefined: the value is no element. */
  readonly owner: string | undefined;
}

/** Finds the values of an expression in a resource; an element that has the wrong shape gives none. */
export type Evaluate = (resource: unknown) => readonly TypedValue[];

/**
 * Compiles a search parameter's expression for one resource type.
 *
 * Types are followed at compile time, so that a choice element becomes one chain a type, and evaluation only walks.
 *
 * @throws {SyntaxError} for an element that the type does not have.
 */
export function compileExpression(expression: Expression, resourceType: string): Evaluate {
  switch (expression.kind) {
    case 'union': {
      const branches = expression.branches.map((branch) => compileExpression(branch, resourceType));
      return (resource) => branches.flatMap((branch) => branch(resource));
    }
    case 'and': {
      const left = compileExpression(expression.left, resourceType);
      const right = compileExpression(expression.right, resourceType);
      return (resource) => boolean(isTrue(left(resource)) && isTrue(right(resource)));
    }
    case 'exists': {
      const of = compileExpression(expression.of, resourceType);
      return (resource) => boolean(of(resource).length > 0);
    }
    case 'notEqual': {
      const left = compileExpression(expression.left, resourceType);
      return (resource) => boolean(!left(resource).some(({ value }) => value === expression.literal));
    }
    case 'path':
      return compilePath(expression.steps, resourceType);
  }
}

type Walk = (nodes: readonly unknown[]) => readonly unknown[];

/** The steps so far, for one of the types that they can lead to. */
interface Chain {
  readonly type: string;
  readonly binding: string | undefined;
  readonly owner: string | undefined;
  readonly walks: readonly Walk[];
}

function compilePath(steps: readonly Step[], resourceType: string): Evaluate {
  let chains: readonly Chain[] = [{ type: resourceType, binding: undefined, owner: undefined, walks: [] }];
  for (const step of steps) {
    chains = chains.flatMap((chain) => follow(chain, step));
  }
  if (chains.length === 0) {
    throw new SyntaxError(`${resourceType} has no element behind ${JSON.stringify(steps)}`);
  }
  return (resource) =>
    chains.flatMap(({ type, binding, owner, walks }) => {
      let nodes: readonly unknown[] = [resource];
      for (const walk of walks) {
        nodes = walk(nodes);
        if (nodes.length === 0) {
          return [];
        }
      }
      return nodes.map((value) => ({ type, value, binding, owner }));
    });
}

function follow(chain: Chain, step: Step): readonly Chain[] {
  switch (step.kind) {
    case 'member':
      return members(chain, step.name);
    case 'ofType':
      return isOfType(chain.type, step.type) ? [chain] : [];
    case 'index':
      return [{ ...chain, walks: [...chain.walks, (nodes) => nodes.slice(step.index, step.index + 1)] }];
    case 'whereEqual': {
      const { member, literal } = step;
      return [{ ...chain, walks: [...chain.walks, (nodes) => nodes.filter((node) => read(node, member) === literal)] }];
    }
    case 'whereTarget':
      return [{ ...chain, walks: [...chain.walks, (nodes) => nodes.filter((node) => pointsAt(node, step.type))] }];
  }
}

/** Primitive types that are a narrower form of another. */
const PRIMITIVE_BASES: Readonly<Record<string, string>> = {
  canonical: 'uri',
  url: 'uri',
  oid: 'uri',
  uuid: 'uri',
  code: 'string',
  id: 'string',
  markdown: 'string',
  positiveInt: 'integer',
  unsignedInt: 'integer',
};

/** Whether `type` is `wanted` or derives from it. */
function isOfType(type: string, wanted: string): boolean {
  const base = PRIMITIVE_BASES[type] ?? structures.types[type]?.base;
  return type === wanted || (base !== undefined && isOfType(base, wanted));
}

function members(chain: Chain, name: string): readonly Chain[] {
  if (!hasType(chain.type)) {
    return [];
  }
  const element = elementsOf(chain.type).find((candidate) => candidate.name === name);
  return (element?.types ?? []).map((type) => {
    const member = element!.isChoice ? choiceMember(name, type.code) : name;
    return { type: type.code, binding: element!.binding, owner: chain.type, walks: [...chain.walks, step(member)] };
  });
}

function step(member: string): Walk {
  return (nodes) => {
    const found: unknown[] = [];
    for (const node of nodes) {
      const value = read(node, member);
      // One by one: as arguments of one call a long array would not fit on the stack.
      for (const item of Array.isArray(value) ? value : [value]) {
        if (item !== undefined && item !== null) {
          found.push(item);
        }
      }
    }
    return found;
  };
}

function read(node: unknown, member: string): unknown {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, member)
    ? (node as Record<string, unknown>)[member]
    : undefined;
}

/** Whether a Reference leads to a resource of `type`, as far as its text or its `type` says. */
function pointsAt(node: unknown, type: string): boolean {
  const reference = read(node, 'reference');
  if (typeof reference !== 'string') {
    return read(node, 'type') === type;
  }
  const target = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/.exec(
    reference,
  )?.[1];
  return (target ?? read(node, 'type')) === type;
}

function boolean(value: boolean): readonly TypedValue[] {
  return [{ type: 'boolean', value, binding: undefined, owner: undefined }];
}

function isTrue(values: readonly TypedValue[]): boolean {
  return values.length === 1 && values[0]!.value === true;
}
