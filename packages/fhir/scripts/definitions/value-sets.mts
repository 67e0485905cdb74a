/** The parts of CodeSystem and ValueSet that expansion reads. */
interface Concept {
  readonly code: string;
  readonly concept?: readonly Concept[];
}
interface CodeSystem {
  readonly resourceType: 'CodeSystem';
  readonly url: string;
  readonly content: string;
  readonly caseSensitive?: boolean;
  readonly concept?: readonly Concept[];
}
interface Filter {
  readonly property: string;
  readonly op: string;
  readonly value: string;
}
interface Include {
  readonly system?: string;
  readonly concept?: readonly { readonly code: string }[];
  readonly filter?: readonly Filter[];
  readonly valueSet?: readonly string[];
}
interface ValueSet {
  readonly resourceType: 'ValueSet';
  readonly url: string;
  readonly compose?: { readonly include?: readonly Include[]; readonly exclude?: readonly Include[] };
}
export type TerminologyResource = CodeSystem | ValueSet | { readonly resourceType: 'other' };

/** System URL to its codes. */
type Expansion = ReadonlyMap<string, ReadonlySet<string>>;

/** Lists the codes of value sets out of definitions alone. `undefined`: they cannot be listed from what is there. */
export class ValueSetExpander {
  readonly #codeSystems = new Map<string, CodeSystem>();
  readonly #valueSets = new Map<string, ValueSet>();

  constructor(resources: Iterable<TerminologyResource>) {
    for (const resource of resources) {
      if (resource.resourceType === 'CodeSystem') this.#codeSystems.set(resource.url, resource);
      if (resource.resourceType === 'ValueSet') this.#valueSets.set(resource.url, resource);
    }
  }

  /** @param canonical URL, with or without `|version`: the definitions hold one version of each. */
  expand(canonical: string, seen: ReadonlySet<string> = new Set()): Expansion | undefined {
    const url = canonical.split('|')[0]!;
    const compose = this.#valueSets.get(url)?.compose;
    if (!compose?.include || seen.has(url)) return undefined;
    const within = new Set([...seen, url]);
    const included = new Map<string, Set<string>>();
    for (const include of compose.include) {
      const expansion = this.#expandInclude(include, within);
      if (!expansion) return undefined;
      for (const [system, codes] of expansion) {
        included.set(system, (included.get(system) ?? new Set()).union(codes));
      }
    }
    for (const exclude of compose.exclude ?? []) {
      const expansion = this.#expandInclude(exclude, within);
      if (!expansion) return undefined;
      for (const [system, codes] of expansion) {
        included.set(system, (included.get(system) ?? new Set()).difference(codes));
      }
    }
    return included;
  }

  /** An include is the intersection of its system part and of every value set it names (R4 valueset.html#compositions). */
  #expandInclude(include: Include, seen: ReadonlySet<string>): Expansion | undefined {
    let result: Expansion | undefined;
    if (include.system !== undefined) {
      const codes = this.#codesOfSystem(include);
      if (!codes) return undefined;
      result = new Map([[include.system, codes]]);
    }
    for (const url of include.valueSet ?? []) {
      const other = this.expand(url, seen);
      if (!other) return undefined;
      result = result ? intersect(result, other) : other;
    }
    return result;
  }

  #codesOfSystem(include: Include): ReadonlySet<string> | undefined {
    if (include.concept) return new Set(include.concept.map((concept) => concept.code));
    const system = this.#codeSystems.get(include.system!);
    if (system?.content !== 'complete' || !system.concept) return undefined;
    let codes: ReadonlySet<string> = flatten(system.concept);
    for (const filter of include.filter ?? []) {
      const kept = applyFilter(system.concept, filter);
      if (!kept) return undefined;
      codes = codes.intersection(kept);
    }
    return codes;
  }
}

function intersect(left: Expansion, right: Expansion): Expansion {
  const both = new Map<string, ReadonlySet<string>>();
  for (const [system, codes] of left) {
    const others = right.get(system);
    if (others) both.set(system, codes.intersection(others));
  }
  return both;
}

function flatten(concepts: readonly Concept[], into = new Set<string>()): Set<string> {
  for (const concept of concepts) {
    into.add(concept.code);
    flatten(concept.concept ?? [], into);
  }
  return into;
}

function find(concepts: readonly Concept[], code: string): Concept | undefined {
  for (const concept of concepts) {
    const found = concept.code === code ? concept : find(concept.concept ?? [], code);
    if (found) return found;
  }
  return undefined;
}

/** The filters that follow from a hierarchy alone (R4 filter-operator); any other cannot be computed here. */
function applyFilter(concepts: readonly Concept[], filter: Filter): ReadonlySet<string> | undefined {
  if (filter.property !== 'concept') return undefined;
  const root = find(concepts, filter.value);
  switch (filter.op) {
    case 'is-a':
      return root && flatten([root]);
    case 'descendent-of':
      return root && flatten(root.concept ?? []);
    case 'is-not-a':
      return root && flatten(concepts).difference(flatten([root]));
    default:
      return undefined;
  }
}
