import { readFileSync } from 'node:fs';

/** A type of `structures.json`, which `scripts/extract-definitions.mts` writes and describes. */
interface StructureType {
  readonly kind: 'resource' | 'abstract' | 'datatype' | 'element';
  readonly base?: string;
  readonly elements: Readonly<Record<string, string>>;
}

/** The codes of a value set: by system, or, where no list can hold them, the syntax that they follow. */
type ValueSetDefinition =
  | { readonly url: string; readonly codes: Readonly<Record<string, readonly string[]>> }
  | { readonly url: string; readonly system: string; readonly syntax: CodeSyntax };

export type CodeSyntax = 'bcp13' | 'bcp13-or-format' | 'bcp47' | 'iso4217' | 'ucum' | 'any';

interface Structures {
  readonly fhirVersion: string;
  /** Primitive type to its published pattern, where there is one. */
  readonly primitives: Readonly<Record<string, string | null>>;
  /** The types of an open choice (`Extension.value[x]`), joined by `|`. */
  readonly openTypes: string;
  readonly types: Readonly<Record<string, StructureType>>;
  readonly valueSets: Readonly<Record<string, ValueSetDefinition>>;
}

function readStructures(): Structures {
  // The same distance from src/definitions as from dist/definitions.
  const file = new URL('../../definitions/r4/structures.json', import.meta.url);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Structures;
  } catch (cause) {
    throw new Error('The FHIR definitions are missing: run `npm run build` first.', { cause });
  }
}

/** The R4 definitions. Read once, as an import of a JSON file would be; kept as notation until a type is used. */
export const structures: Structures = readStructures();
