import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../json/parse-json.js';
import { validateResource } from './validate-resource.js';

const samples = new URL('../../../../../shared/samples/', import.meta.url);
const isPresent = existsSync(samples);
if (!isPresent) console.warn('Skipped: there is no folder ../shared/samples beside the repository.');

function* resourcesIn(folder: string): Generator<[string, unknown, string]> {
  for (const file of readdirSync(new URL(folder, samples)).filter((name) => name.endsWith('.json'))) {
    const text = readFileSync(new URL(`${folder}${encodeURIComponent(file)}`, samples), 'utf8');
    yield [file, parseJson(text), text];
  }
}

const errorsOf = (resource: unknown): string[] =>
  validateResource(resource)
    .filter(({ severity }) => severity === 'error')
    .map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`);

/** Files that are rightly refused, and why. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  // Its items lack the linkId that R4 demands (Questionnaire.item.linkId 1..1).
  'bundle-questionnaire.json': /\.linkId: Expected linkId/,
};

describe.skipIf(!isPresent)('published resources', () => {
  it('of Synthea are valid, as bundles and each by itself', () => {
    let resources = 0;
    for (const [file, bundle] of resourcesIn('synthea-r4/')) {
      expect([file, errorsOf(bundle)]).toEqual([file, []]);
      for (const { resource } of (bundle as { entry: { resource: unknown }[] }).entry) {
        expect(errorsOf(resource)).toEqual([]);
        resources += 1;
      }
    }
    expect(resources).toBe(12_978);
  }, 60_000);

  it('of the R4 specification are valid, and keep the text of their numbers', () => {
    let files = 0;
    for (const [file, resource, text] of resourcesIn('fhir-r4-examples/')) {
      const errors = errorsOf(resource);
      const reason = REFUSED[file];
      if (reason) expect(errors.every((error) => reason.test(error)) && errors.length > 0).toBe(true);
      else expect([file, errors]).toEqual([file, []]);
      const numbers = (json: string): string[] =>
        json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d[\d.eE+-]*/g) ?? [];
      expect(numbers(JSON.stringify(resource))).toEqual(numbers(text));
      files += 1;
    }
    expect(files).toBeGreaterThan(70);
  });
});
