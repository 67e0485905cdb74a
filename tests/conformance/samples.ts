import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Published resources that are input for tests and no part of the project; see the README. */
const folder = process.env['HEALTHCARE_SAMPLES'] ?? fileURLToPath(new URL('../../../shared/samples', import.meta.url));

/** Paths of the .json files of a sample set, by name; empty when the set is not there. */
export function sampleFiles(set: 'fhir-r4-examples' | 'synthea-r4'): string[] {
  const directory = join(folder, set);
  if (!existsSync(directory)) {
    process.stderr.write(
      `Skipped: there is no ${directory}. Put the samples there, or name their folder in HEALTHCARE_SAMPLES.\n`,
    );
    return [];
  }
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(directory, name));
}
