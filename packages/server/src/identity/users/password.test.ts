import { describe, expect, it } from 'vitest';
import { generatePassword, hashPassword, PasswordVerifier } from './password.js';

describe('passwords', () => {
  const verifier = new PasswordVerifier();

  it('are hashed with argon2id and the stated parameters', async () => {
    expect(await hashPassword('correct horse')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('match only themselves', async () => {
    const stored = await hashPassword('correct horse');
    expect(await verifier.verify('correct horse', stored)).toBe(true);
    expect(await verifier.verify('correct horsf', stored)).toBe(false);
    expect(await verifier.verify('', stored)).toBe(false);
    expect(await verifier.verify('x'.repeat(100_000), stored)).toBe(false);
  });

  it('are the same from another keyboard', async () => {
    expect(await verifier.verify('Gesäß-Übung', await hashPassword('Gesäß-Übung'.normalize('NFD')))).toBe(true);
  });

  it('match nothing where there is no account, after the same work', async () => {
    const stored = await hashPassword('correct horse');
    await verifier.verify('warm', undefined);
    const cost = async (hash: string | undefined): Promise<number> => {
      const times = [];
      for (let round = 0; round < 7; round += 1) {
        const from = performance.now();
        expect(await verifier.verify('wrong', hash)).toBe(false);
        times.push(performance.now() - from);
      }
      return Math.min(...times);
    };
    const [known, unknown] = [await cost(stored), await cost(undefined)];
    expect(unknown).toBeGreaterThan(known / 3);
    expect(unknown).toBeLessThan(known * 3);
  });

  it('are made up of 120 random bits', () => {
    const made = Array.from({ length: 200 }, generatePassword);
    expect(new Set(made).size).toBe(200);
    expect(made.every((password) => /^([0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}$/.test(password))).toBe(true);
    expect(new Set(made.join('').replaceAll('-', '')).size).toBe(32);
  });
});
