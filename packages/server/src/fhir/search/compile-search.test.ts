import { parseSearch } from '@healthcare/fhir';
import { describe, expect, it } from 'vitest';
import type { Cursor } from '../cursor.js';
import { compileCount, compilePage } from './compile-search.js';

function query(path: string): Parameters<typeof compilePage>[0] {
  const [type, text = ''] = path.split('?');
  const pairs = [...new URLSearchParams(text)];
  return parseSearch(type!, pairs, {
    handling: 'strict',
    defaultCount: 20,
    maxCount: 1_000,
    nowMs: Date.UTC(2024, 0, 1),
  });
}

/** The statement on few lines, with the number of its parameters: what is reviewed when a shape changes. */
function page(path: string, cursor?: Cursor): string {
  const { sql, parameters } = compilePage(query(path), cursor, 21);
  return `${sql.replace(/\s+/g, ' ')} -- ${parameters.length} parameters`;
}

describe('the SQL of a search', () => {
  it.each([
    'Observation',
    'Observation?code=http://loinc.org|1-8',
    'Observation?code=1-8,2-7',
    'Observation?code:not=1-8',
    'Observation?code:missing=true',
    'Observation?code:missing=false',
    'Observation?patient=1&code=1-8&date=ge2024-01-01&date=lt2024-02-01',
    'Patient?family=mull',
    'Patient?family:exact=Müller',
    'Patient?family:contains=ull',
    'Patient?_id=1&gender=male',
    'Patient?_lastUpdated=gt2024-01-01',
    'Patient?gender=male&_sort=-_lastUpdated',
    'ValueSet?url=http://example.org/vs',
  ])('%s', (path) => {
    expect(page(path)).toMatchSnapshot();
  });

  it('of a later page', () => {
    expect(page('Observation?code=1-8', [7n])).toMatchSnapshot();
    expect(page('Observation?code=1-8&_sort=_lastUpdated', [1_700_000_000_000n, 7n])).toMatchSnapshot();
  });

  it('of a count', () => {
    const { sql } = compileCount(query('Observation?code=1-8&status=final'), 10_000);
    expect(sql.replace(/\s+/g, ' ')).toMatchSnapshot();
  });

  it('compares the key of a probe with that of what drives', () => {
    expect(page('Observation?patient=1&code=1-8')).toContain('e.key = d.key');
    expect(page('Observation?patient=1&code=1-8')).not.toContain('e.key = e.key');
  });

  it('never has a value of the caller in its text', () => {
    for (const path of [
      'Patient?family=hostile',
      'Patient?identifier=hostile',
      'Observation?patient=hostile',
      '_id=hostile',
    ]) {
      const { sql } = compilePage(query(path.includes('?') ? path : `Patient?${path}`), undefined, 1);
      expect(sql).not.toContain('hostile');
    }
  });

  it('never names the clinic: row-level security does', () => {
    expect(page('Observation?patient=1&code=1-8')).not.toContain('tenant');
  });
});
