import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { bootApi, type BootedApi, type FhirAnswer, type FhirClient } from '@healthcare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparable } from './comparable.js';
import { sampleFiles } from './samples.js';

/** Published examples that break the published rules: file → what the refusal has to say. */
const refusedRightly: Readonly<Record<string, RegExp>> = {
  // Questionnaire.item.linkId is 1..1 in R4; some of its items have none.
  'bundle-questionnaire.json': /Questionnaire\.item\[0\]\.item\[0\]\.linkId/,
};

const files = sampleFiles('fhir-r4-examples');
let api: BootedApi;
let client: FhirClient;

beforeAll(async () => {
  api = await bootApi();
  client = await api.client('conformance');
}, 60_000);
afterAll(() => api?.stop());

async function store(text: string): Promise<{ readonly answer: FhirAnswer; readonly path: string }> {
  const { resourceType, id } = JSON.parse(text) as { resourceType: string; id?: string };
  if (id !== undefined) {
    const path = `${resourceType}/${id}`;
    return { answer: await client.put(path, text), path };
  }
  const answer = await client.post(resourceType, text);
  return { answer, path: new RegExp(`${resourceType}/[^/]+`).exec(answer.headers.get('location') ?? '')?.[0] ?? '' };
}

describe.skipIf(files.length === 0)('published examples', () => {
  it.each(files.map((file) => [basename(file), file]))('%s comes back as it went in', async (name, file) => {
    const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
    const { answer, path } = await store(text);
    const reason = refusedRightly[name];
    if (reason !== undefined) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.text).toMatch(reason);
      return;
    }
    // Two of the files are the same organization: the second is an update.
    expect([200, 201], answer.text.slice(0, 2_000)).toContain(answer.status);
    const kept = await client.get(path);
    expect(kept.status).toBe(200);
    expect(comparable(kept.text)).toEqual(comparable(text));
  });

  it('names no refusal that is not among the files', () => {
    const names = new Set(files.map((file) => basename(file)));
    expect(Object.keys(refusedRightly).filter((name) => !names.has(name))).toEqual([]);
  });
});
