import { FORMAT_ELEMENTS, FORMAT_VALUE_SET, REMOVED_ELEMENTS, RESTORED_ELEMENTS } from './corrections.mts';

/** The parts of a StructureDefinition that are read here. */
interface TypeReference {
  readonly code: string;
  readonly targetProfile?: readonly string[];
  readonly extension?: readonly { readonly url: string; readonly valueUrl?: string; readonly valueString?: string }[];
}
interface ElementDefinition {
  readonly path: string;
  readonly min: number;
  readonly max: string;
  readonly base?: { readonly path: string };
  readonly type?: readonly TypeReference[];
  readonly contentReference?: string;
  readonly isSummary?: boolean;
  readonly isModifier?: boolean;
  readonly binding?: {
    readonly strength: string;
    readonly valueSet?: string;
    readonly extension?: readonly { readonly url: string; readonly valueCanonical?: string }[];
  };
}
export interface StructureDefinition {
  readonly resourceType: 'StructureDefinition';
  readonly name: string;
  readonly kind: string;
  readonly abstract: boolean;
  readonly fhirVersion: string;
  readonly derivation?: string;
  readonly baseDefinition?: string;
  readonly snapshot: { readonly element: readonly ElementDefinition[] };
}

/** A type of the output: a resource, a data type, or the anonymous type of an element with children (`Patient.contact`). */
interface ExtractedType {
  kind: 'resource' | 'abstract' | 'datatype' | 'element';
  base?: string;
  /**
   * Name (`value[x]` for a choice) to `min..max types [summary] [modifier] [binding=valueSet]`; only what differs from
   * the base. Types are joined by `|`; `Reference(Patient,Group)` names targets; `*` is the list of open types.
   */
  elements: Record<string, string>;
}

const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const REGEX = 'http://hl7.org/fhir/StructureDefinition/regex';
const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';

const lastSegment = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

/** Turns published base structures into types that inherit from each other, and remembers the bindings they need. */
export class StructureExtractor {
  readonly types: Record<string, ExtractedType> = {};
  /** Name of the primitive type to its published pattern; absent where none is published. */
  readonly primitives: Record<string, string | null> = {};
  /** The value sets that some element is bound to: the name that notations use, and the canonical URL. */
  readonly boundValueSets = new Map<string, string>();
  openTypes = '';

  /** @param definitions bases before what is derived from them */
  extract(definitions: readonly StructureDefinition[]): void {
    const extension = definitions.find((definition) => definition.name === 'Extension')!;
    this.openTypes = this.#typesOf(
      extension.snapshot.element.find((element) => element.path === 'Extension.value[x]')!,
    );
    for (const definition of definitions) {
      if (definition.kind === 'primitive-type') this.#addPrimitive(definition);
      else this.#addType(definition);
    }
  }

  #addPrimitive(definition: StructureDefinition): void {
    const value = definition.snapshot.element.find((element) => element.path.endsWith('.value'));
    const pattern = value?.type?.[0]?.extension?.find((extension) => extension.url === REGEX)?.valueString;
    this.primitives[definition.name] = pattern ?? null;
  }

  #addType(definition: StructureDefinition): void {
    const { name } = definition;
    const base = definition.baseDefinition && lastSegment(definition.baseDefinition);
    const kind = definition.abstract ? 'abstract' : definition.kind === 'resource' ? 'resource' : 'datatype';
    this.types[name] = base === undefined ? { kind, elements: {} } : { kind, base, elements: {} };
    const removed: string[] = [];
    for (const element of definition.snapshot.element.slice(1)) {
      const { path } = element;
      if (REMOVED_ELEMENTS.has(path)) removed.push(`${path}.`);
      else if (!removed.some((prefix) => path.startsWith(prefix))) this.#addElement(element, definition);
    }
    for (const [path, notation] of Object.entries(RESTORED_ELEMENTS)) {
      if (path.startsWith(`${name}.`)) this.#put(path, notation);
    }
  }

  #addElement(element: ElementDefinition, definition: StructureDefinition): void {
    const hasChildren = definition.snapshot.element.some((other) => other.path.startsWith(`${element.path}.`));
    if (hasChildren) this.types[element.path] = { kind: 'element', base: element.type![0]!.code, elements: {} };
    if (element.max === '0') throw new Error(`${element.path}: a base structure that forbids an element`);
    const restored = RESTORED_ELEMENTS[element.path];
    if (restored !== undefined) return this.#put(element.path, restored);
    const types = hasChildren ? element.path : this.#typesOf(element);
    const binding = this.#bindingOf(element);
    const notation = [
      `${element.min}..${element.max}`,
      types === this.openTypes && types.includes('|') ? '*' : types,
      ...(element.isSummary ? ['summary'] : []),
      ...(element.isModifier ? ['modifier'] : []),
      ...(binding === undefined ? [] : [`binding=${binding}`]),
    ].join(' ');
    this.#put(element.path, notation);
  }

  #typesOf(element: ElementDefinition): string {
    if (element.contentReference) return element.contentReference.slice(1);
    // Published as a string, though its description and the RESTful API say that it is an id.
    if (element.base?.path === 'Resource.id') return 'id';
    return element
      .type!.map((type) => {
        if (type.code.startsWith('http://hl7.org/fhirpath/')) {
          return type.extension!.find((extension) => extension.url === FHIR_TYPE)!.valueUrl!;
        }
        const targets = type.code === 'Reference' ? (type.targetProfile ?? []).map(lastSegment) : [];
        return targets.length > 0 && !targets.includes('Resource') ? `${type.code}(${targets.join(',')})` : type.code;
      })
      .join('|');
  }

  /** Required bindings, and the outer limit that weaker bindings of codes have (`language`). */
  #bindingOf(element: ElementDefinition): string | undefined {
    const { binding } = element;
    if (!binding || !element.type?.some((type) => ['code', 'Coding', 'CodeableConcept'].includes(type.code))) return;
    const limit = binding.extension?.find((extension) => extension.url === MAX_VALUE_SET)?.valueCanonical;
    const isCode = element.type[0]!.code === 'code';
    const canonical = binding.strength === 'required' ? binding.valueSet : isCode ? limit : undefined;
    if (canonical === undefined) return;
    const url = canonical.split('|')[0]!;
    if (!url.includes('/vs/') && !url.includes('/ValueSet/')) return; // Expression.language is limited to a document
    const name = lastSegment(url);
    const known = this.boundValueSets.get(name) ?? url;
    if (known !== url) throw new Error(`${known} and ${url} need names of their own`);
    this.boundValueSets.set(name, url);
    return FORMAT_ELEMENTS.has(element.path) ? FORMAT_VALUE_SET : name;
  }

  #put(path: string, notation: string): void {
    const dot = path.lastIndexOf('.');
    const owner = this.types[path.slice(0, dot)]!;
    const name = path.slice(dot + 1);
    if (this.#inherited(owner.base, name) !== notation) owner.elements[name] = notation;
  }

  #inherited(typeName: string | undefined, name: string): string | undefined {
    const type = typeName === undefined ? undefined : this.types[typeName];
    return type && (type.elements[name] ?? this.#inherited(type.base, name));
  }
}
