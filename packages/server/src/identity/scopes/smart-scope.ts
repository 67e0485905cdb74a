/** Kinds of access that a scope can give, in the order in which they are written. */
export const interactionLetters = { create: 'c', read: 'r', update: 'u', delete: 'd', search: 's' } as const;

export type ScopedInteraction = keyof typeof interactionLetters;

/** The bit of each interaction in `SmartScope.rights`. */
export const rightOf: Readonly<Record<ScopedInteraction, number>> = {
  create: 1,
  read: 2,
  update: 4,
  delete: 8,
  search: 16,
};

const LETTERS = 'cruds';
const ALL_RIGHTS = 31;

/** Whose rights a scope speaks of: those of the application itself, or of the person who uses it. */
export type ScopeContext = 'system' | 'user';

/** One resource scope of SMART App Launch 2 (http://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html). */
export interface SmartScope {
  readonly context: ScopeContext;
  /** A resource type, or `*` for every type. */
  readonly type: string;
  /** Bits of `rightOf`, at least one. */
  readonly rights: number;
}

/** A scope that is no resource scope of ours, and why, in words for the caller. */
export interface ScopeProblem {
  readonly problem: string;
}

/** `create`, `read`, `update`, `delete`, `search` in that order, each at most once. */
const GRAMMAR = /^(system|user|patient)\/(\*|[A-Z][A-Za-z]{1,63})\.(c?r?u?d?s?|read|write|\*)(\?.*)?$/s;

/**
 * Reads one scope: `user/Observation.rs`, `system/*.cruds`, or the older `user/*.read`, `.write`, `.*`.
 *
 * Scopes of a patient's launch context and scopes with a query (`?category=…`) are refused, since neither would be
 * enforced: a grant that promises a restriction which nobody applies is worse than none.
 */
export function parseSmartScope(text: string): SmartScope | ScopeProblem {
  const [, context, type, letters, query] = GRAMMAR.exec(text) ?? [];
  if (context === undefined || type === undefined || letters === undefined || letters === '') {
    return { problem: 'is not a scope of this server: it has the form system/Patient.rs or user/*.cruds' };
  }
  if (query !== undefined) {
    return { problem: 'restricts by a query, which this server does not offer: ask for the whole type' };
  }
  if (context === 'patient') {
    return { problem: 'needs a patient in context, which this server does not offer: ask for user/ scopes' };
  }
  return { context: context as ScopeContext, type, rights: parseRights(letters) };
}

/** Writes a scope in the form of version 2, e.g. `system/Patient.rs`. */
export function formatSmartScope({ context, type, rights }: SmartScope): string {
  return `${context}/${type}.${formatRights(rights)}`;
}

function parseRights(letters: string): number {
  switch (letters) {
    case '*':
      return ALL_RIGHTS;
    case 'read':
      return rightOf.read | rightOf.search;
    case 'write':
      return rightOf.create | rightOf.update | rightOf.delete;
    default:
      return letters.split('').reduce((rights, letter) => rights | (1 << LETTERS.indexOf(letter)), 0);
  }
}

function formatRights(rights: number): string {
  return LETTERS.split('')
    .filter((_letter, index) => (rights & (1 << index)) !== 0)
    .join('');
}
