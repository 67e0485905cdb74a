import { type BootedApi, bootApi, type FhirClient } from '@healthcare/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let api: BootedApi;
let client: FhirClient;

beforeAll(async () => {
  api = await bootApi();
  client = await api.client('north');
});
afterAll(() => api.stop());

interface HistoryEntry {
  readonly fullUrl: string;
  readonly resource?: {
    readonly resourceType: string;
    readonly id: string;
    readonly meta: { readonly versionId: string };
  };
  readonly request: { readonly method: string; readonly url: string };
  readonly response: { readonly status: string; readonly etag: string; readonly lastModified: string };
}

/** All entries of a paged Bundle. */
async function walk(path: string): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const page = await client.get(next);
    expect(page.status).toBe(200);
    entries.push(...((page.json.entry ?? []) as HistoryEntry[]));
    next = (page.json.link as { relation: string; url: string }[]).find(({ relation }) => relation === 'next')?.url;
  }
  return entries;
}

describe('history', () => {
  const made: string[] = [];

  beforeAll(async () => {
    for (let n = 0; n < 5; n++) {
      const { id } = (await client.post('Patient', { resourceType: 'Patient', active: true })).json;
      made.push(`Patient/${id}/1`);
      await client.put(`Patient/${id}`, { resourceType: 'Patient', id, active: false });
      made.push(`Patient/${id}/2`);
    }
    const { id } = (await client.post('Organization', { resourceType: 'Organization', name: 'Clinic' })).json;
    made.push(`Organization/${id}/1`);
    await client.delete(`Organization/${id}`);
    made.push(`Organization/${id}/2`);
  });

  const identities = (entries: readonly HistoryEntry[]): string[] =>
    entries.map(
      ({ fullUrl, response }) => `${fullUrl.slice(api.fhirUrl.length + 1)}/${/"(\d+)"/.exec(response.etag)![1]}`,
    );

  it.each([1, 3, 100])('of the system meets every version once, newest first, in pages of %i', async (count) => {
    const entries = await walk(`_history?_count=${count}`);
    expect(identities(entries).sort()).toEqual([...made].sort());
    const times = entries.map(({ response }) => response.lastModified);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('of a type leaves other types out', async () => {
    const entries = await walk('Patient/_history?_count=4');
    expect(identities(entries).sort()).toEqual(made.filter((name) => name.startsWith('Patient')).sort());
  });

  it('of an instance tells what was done', async () => {
    const id = made.at(-1)!.split('/')[1]!;
    const page = (await client.get(`Organization/${id}/_history`)).json;
    expect(page.total).toBe(2);
    expect(page.entry[0]).toMatchObject({
      request: { method: 'DELETE', url: `Organization/${id}` },
      response: { status: '204', etag: 'W/"2"' },
    });
    expect(page.entry[0].resource).toBeUndefined();
    expect(page.entry[1]).toMatchObject({
      request: { method: 'POST', url: 'Organization' },
      response: { status: '201', etag: 'W/"1"' },
      resource: { resourceType: 'Organization', name: 'Clinic' },
    });
  });

  it('starts where _since says', async () => {
    const entries = await walk('_history');
    const since = entries[3]!.response.lastModified;
    const later = await walk(`_history?_since=${encodeURIComponent(since)}`);
    const expected = entries.filter(({ response }) => response.lastModified >= since);
    expect(identities(later)).toEqual(identities(expected));
    expect(later.length).toBeLessThan(entries.length);
  });

  it.each(['_count=x', '_since=yesterday', '_cursor=%21%21', '_cursor=OTk5', 'colour=red'])(
    'refuses %s',
    async (query) => {
      expect((await client.get(`_history?${query}`)).status).toBe(400);
    },
  );
});
