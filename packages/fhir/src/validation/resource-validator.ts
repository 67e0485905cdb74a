import { choiceMember } from '../definitions/elements.js';
import { isResourceType } from '../definitions/resource-types.js';
import { checkContained } from './invariants/contained.js';
import type { JsonObject } from './invariants/invariant.js';
import type { IssueCollector } from './issue-collector.js';
import { reportResourceType } from './report-resource-type.js';
import { reportUnknownMember } from './report-unknown-member.js';
import { scopeOf, type ResourceScope } from './resource-scope.js';
import { rulesOf, type Member, type TypeRules } from './type-rules.js';

/** Objects within objects. Real resources stay below 20; hostile ones must not reach the end of the stack. */
export const MAX_DEPTH = 64;

const ANY_TARGET: readonly string[] = [];

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** Walks one resource by the rules of its types. */
export class ResourceValidator {
  readonly #issues: IssueCollector;
  #scope: ResourceScope = scopeOf({});
  #depth = 0;

  constructor(issues: IssueCollector) {
    this.#issues = issues;
  }

  /** @param type its resourceType */
  validateResource(resource: JsonObject, type: string): void {
    const outer = this.#scope;
    this.#scope = scopeOf(resource);
    this.#validateObject(resource, rulesOf(type), ANY_TARGET, false);
    checkContained(resource, this.#issues);
    this.#scope = outer;
  }

  #validateObject(value: JsonObject, rules: TypeRules, targets: readonly string[], mayBeIdOnly: boolean): void {
    if (this.#depth === MAX_DEPTH) {
      this.#issues.add('too-long', `Expected at most ${MAX_DEPTH} objects within each other`);
      return;
    }
    this.#depth += 1;
    let present = 0;
    let ambiguous = 0;
    let count = 0;
    for (const name in value) {
      if (this.#issues.isFull) break;
      count += 1;
      const member = rules.members.get(name);
      if (member === undefined) {
        if (name !== 'resourceType' || !rules.isResource) reportUnknownMember(name, rules, this.#issues);
        continue;
      }
      if ((present & ~ambiguous & member.bit) !== 0 && this.#isSecondChoice(value, member)) ambiguous |= member.bit;
      present |= member.bit;
      this.#validateMember(value, name, member);
    }
    if ((present & rules.required) !== rules.required) this.#reportMissing(rules, present);
    if (count === 0) this.#issues.add('structure', 'Expected an object that is not empty');
    else if (count === 1 && 'id' in value && !rules.isResource && !mayBeIdOnly) {
      this.#issues.add('invariant', 'Expected more than an id (ele-1)');
    }
    rules.invariant?.(value, this.#issues, this.#scope, targets);
    this.#depth -= 1;
  }

  #validateMember(owner: JsonObject, name: string, member: Member): void {
    const value = owner[name];
    if (member.repeats) {
      if (!Array.isArray(value)) this.#issues.add('structure', 'Expected an array', member.name);
      else if (value.length === 0) this.#issues.add('structure', 'Expected an array that is not empty', member.name);
      else this.#validateArray(value, owner, member);
    } else if (Array.isArray(value)) {
      this.#issues.add('structure', 'Expected a single value, not an array', member.name);
    } else if (member.kind === 'primitive') {
      const fault = value === null ? undefined : member.check!(value);
      if (value === null) this.#reportNull(member.name);
      else if (fault) this.#issues.addFault(fault, member.name);
    } else {
      this.#validateValue(value, member, undefined, Object.hasOwn(owner, member.name));
    }
  }

  #validateArray(values: readonly unknown[], owner: JsonObject, member: Member): void {
    if (member.kind === 'primitive') {
      this.#validatePrimitives(values, owner[`_${member.name}`], member);
    } else if (member.kind === 'sibling') {
      const primitives = owner[member.name];
      this.#validateSiblings(values, Array.isArray(primitives) ? primitives : [], member);
    } else {
      for (let index = 0; index < values.length && !this.#issues.isFull; index += 1) {
        this.#validateValue(values[index], member, index, false);
      }
    }
  }

  /** Repeating primitives: null stands where there is only an id or an extension (R4 json.html#primitive). */
  #validatePrimitives(values: readonly unknown[], siblings: unknown, member: Member): void {
    for (let index = 0; index < values.length && !this.#issues.isFull; index += 1) {
      const value = values[index];
      const fault = value === null ? undefined : member.check!(value);
      if (fault) this.#issues.addFault(fault, member.name, index);
      if (value === null && !(Array.isArray(siblings) && isJsonObject(siblings[index]))) {
        this.#reportNull(member.name, index);
      }
    }
  }

  #validateSiblings(siblings: readonly unknown[], primitives: readonly unknown[], member: Member): void {
    for (let index = 0; index < siblings.length && !this.#issues.isFull; index += 1) {
      const hasValue = primitives[index] !== null && primitives[index] !== undefined;
      if (siblings[index] !== null) this.#validateValue(siblings[index], member, index, hasValue);
      else if (index >= primitives.length) this.#reportNull(member.name, index);
    }
  }

  #validateValue(value: unknown, member: Member, index: number | undefined, mayBeIdOnly: boolean): void {
    if (!isJsonObject(value)) {
      this.#issues.add('structure', 'Expected a JSON object', member.name, index);
      return;
    }
    this.#issues.enter(member.name, index);
    if (member.kind === 'resource') this.#validateInner(value, member);
    else this.#validateObject(value, rulesOf(member.typeName), member.targets, mayBeIdOnly);
    this.#issues.leave(index);
    const fault = member.check?.(value);
    if (fault) this.#issues.addFault(fault, member.name, index);
  }

  /** A resource within a resource: of an entry or parameter, or contained. */
  #validateInner(resource: JsonObject, member: Member): void {
    const type = resource['resourceType'];
    if (typeof type !== 'string' || !isResourceType(type)) {
      reportResourceType(type, this.#issues);
    } else if (member.name !== 'contained') {
      this.validateResource(resource, type);
    } else {
      this.#validateObject(resource, rulesOf(type), ANY_TARGET, false);
      if ('contained' in resource) {
        this.#issues.add('invariant', 'Expected no resources contained in a contained one (dom-2)', 'contained');
      }
    }
  }

  /** Whether the object also has a choice of another type than this member's. */
  #isSecondChoice(value: JsonObject, member: Member): boolean {
    if (!member.element.isChoice) return false;
    const others = member.element.types.map(({ code }) => choiceMember(member.element.name, code));
    const other = others.some(
      (name) => name !== member.name && (Object.hasOwn(value, name) || Object.hasOwn(value, `_${name}`)),
    );
    if (other) this.#issues.add('structure', `Expected only one type of ${member.element.name}[x]`, member.name);
    return other;
  }

  #reportMissing(rules: TypeRules, present: number): void {
    for (const { bit, element } of rules.requiredElements) {
      if ((present & bit) !== 0) continue;
      const name = element.isChoice ? `${element.name}[x]` : element.name;
      this.#issues.add('required', `Expected ${name}: ${rules.typeName} has to have it`, element.name);
    }
  }

  #reportNull(name: string, index?: number): void {
    const text = 'Expected a value: null may only stand in an array of primitives, beside an id or extension';
    this.#issues.add('structure', text, name, index);
  }
}
