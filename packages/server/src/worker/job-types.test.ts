import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrationsDirectory } from '../platform/migrations/index.js';
import { JOB_TYPES } from './worker.module.js';

describe('JOB_TYPES', () => {
  it('are those that the migrations make known', () => {
    const sql = readdirSync(migrationsDirectory())
      .map((name) => readFileSync(join(migrationsDirectory(), name), 'utf8'))
      .join('\n');
    const known = [...sql.matchAll(/insert into platform\.job_type \(name\) values ([^;]+);/g)].flatMap(([, values]) =>
      [...values!.matchAll(/'([^']+)'/g)].map(([, name]) => name),
    );
    expect(JOB_TYPES.map(({ name }) => name).sort()).toEqual(known.sort());
    expect(known.length).toBeGreaterThan(0);
  });
});
