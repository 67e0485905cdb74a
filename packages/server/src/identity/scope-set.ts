import {
  formatSmartScope,
  parseSmartScope,
  rightOf,
  type ScopedInteraction,
  type SmartScope,
} from './scopes/smart-scope.js';

/** Lets a caller run the server itself: jobs, tenants, health in detail. No access to resources comes with it. */
export const OPERATOR_SCOPE = 'healthcare/operator';

/**
 * What a set of scopes permits; immutable.
 *
 * Asked on every request: a question is two lookups in a map and one `and`.
 */
export class ScopeSet {
  /** The scopes as they were given, unknown ones left out. */
  readonly scopes: readonly string[];
  readonly isOperator: boolean;
  /** Rights by `context/type`. */
  readonly #rights = new Map<string, number>();
  readonly #allTypes: number;

  private constructor(scopes: readonly string[]) {
    const known: string[] = [];
    for (const text of new Set(scopes)) {
      const scope = parseSmartScope(text);
      if (text === OPERATOR_SCOPE) {
        known.push(text);
      } else if (!('problem' in scope)) {
        known.push(text);
        const place = `${scope.context}/${scope.type}`;
        this.#rights.set(place, (this.#rights.get(place) ?? 0) | scope.rights);
      }
    }
    this.scopes = Object.freeze(known);
    this.isOperator = known.includes(OPERATOR_SCOPE);
    this.#allTypes = this.#at('system/*') | this.#at('user/*');
  }

  /** @param scope The `scope` of a token: scopes with one space between. What is no scope of ours gives nothing. */
  static parse(scope: string): ScopeSet {
    return new ScopeSet(scope.split(' ').filter((text) => text !== ''));
  }

  static of(scopes: readonly string[]): ScopeSet {
    return new ScopeSet(scopes);
  }

  /** @param type A resource type, or `*`: every type at once, for what spans types. */
  allows(type: string, interaction: ScopedInteraction): boolean {
    const right = rightOf[interaction];
    if ((this.#allTypes & right) !== 0) {
      return true;
    }
    return ((this.#at(`system/${type}`) | this.#at(`user/${type}`)) & right) !== 0;
  }

  /**
   * What of `scope` this set permits: the scope itself when it is covered, narrower ones when a part of it is, none.
   *
   * `user/*.cruds` under `user/*.rs user/Task.cud` becomes `user/*.rs user/Task.cud`.
   */
  narrow(scope: SmartScope): SmartScope[] {
    const everywhere = this.#at(`${scope.context}/*`) & scope.rights;
    const own = everywhere | (this.#at(`${scope.context}/${scope.type}`) & scope.rights);
    const narrowed = own === 0 ? [] : [{ ...scope, rights: own }];
    if (scope.type === '*') {
      for (const [place, rights] of this.#rights) {
        const [context, type] = place.split('/') as [SmartScope['context'], string];
        const more = rights & scope.rights & ~everywhere;
        if (context === scope.context && type !== '*' && more !== 0) {
          narrowed.push({ context, type, rights: more });
        }
      }
    }
    return narrowed;
  }

  toString(): string {
    return this.scopes.join(' ');
  }

  #at(place: string): number {
    return this.#rights.get(place) ?? 0;
  }
}

/**
 * What of the requested scopes the ceiling permits, in the order asked for. A scope that is covered whole stays as it
 * was written, so that the caller finds again what it asked for.
 */
export function narrowScopes(requested: readonly string[], ceiling: ScopeSet): string[] {
  const granted = requested.flatMap((text) => {
    if (text === OPERATOR_SCOPE) {
      return ceiling.isOperator ? [text] : [];
    }
    const scope = parseSmartScope(text);
    if ('problem' in scope) {
      return [];
    }
    const narrowed = ceiling.narrow(scope);
    const isWhole = narrowed.length === 1 && narrowed[0]?.type === scope.type && narrowed[0].rights === scope.rights;
    return isWhole ? [text] : narrowed.map(formatSmartScope);
  });
  return [...new Set(granted)];
}
