import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { choiceMember, elementsOf, hasType } from './elements.js';
import { structures } from './structures.js';

type ModelType = string | { readonly code: string; readonly refType: readonly string[] };

/** The R4 model inside `fhirpath`: made from the published definitions by others, and so an independent witness. */
const modelFolder = dirname(createRequire(import.meta.url).resolve('fhirpath/fhir-context/r4'));
const modelTypes = JSON.parse(readFileSync(join(modelFolder, 'path2Type.json'), 'utf8')) as Record<string, ModelType>;

describe('the definitions and the R4 model of fhirpath', () => {
  it('have the same elements with the same types', () => {
    const missing: string[] = [];
    const differing: string[] = [];
    for (const [path, found] of Object.entries(modelTypes)) {
      const dot = path.lastIndexOf('.');
      const owner = path.slice(0, dot);
      if (dot < 0 || !hasType(owner)) continue;
      const member = path.slice(dot + 1);
      const matching = elementsOf(owner).flatMap((element) =>
        element.types.filter(
          ({ code }) => (element.isChoice ? choiceMember(element.name, code) : element.name) === member,
        ),
      );
      if (matching.length === 0) missing.push(path);
      const { code, refType } = typeof found === 'string' ? { code: found, refType: [] } : found;
      const [type] = matching;
      if (!type || code.startsWith('System.')) continue;
      const isSame = type.code === code || hasType(path) || type.code.includes('.');
      const isSameTarget =
        code !== 'Reference' ||
        [...type.targets].sort().join() ===
          [...refType]
            .sort()
            .join()
            .replace(/^Resource$/, '');
      if (!isSame || !isSameTarget) differing.push(path);
    }
    expect(missing).toEqual([]);
    expect(differing).toEqual([]);
  });

  it('leave no element of ours unaccounted for', () => {
    const ours: string[] = [];
    for (const [owner, type] of Object.entries(structures.types)) {
      for (const element of elementsOf(owner)) {
        const inherited = ['element', 'abstract'].includes(type.kind) ? ['id', 'extension', 'modifierExtension'] : [];
        if (inherited.includes(element.name) || element.types[0]!.code.includes('.')) continue;
        for (const { code } of element.types) {
          const path = `${owner}.${element.isChoice ? choiceMember(element.name, code) : element.name}`;
          if (!(path in modelTypes)) ours.push(path);
        }
      }
    }
    expect(ours).toEqual([]);
  });
});
