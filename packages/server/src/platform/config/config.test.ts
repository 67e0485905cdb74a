import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { loadConfig } from './config.js';

const KEY = Buffer.alloc(32, 1).toString('base64');
const complete = { DATABASE_URL: 'postgres://app@localhost:5432/healthcare', IDENTITY_ENCRYPTION_KEY: KEY };

function problems(environment: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
  return [];
}

describe('loadConfig', () => {
  it('has defaults for all but the database and the key', () => {
    const config = loadConfig(complete);
    expect(config).toMatchObject({ host: '127.0.0.1', port: 8088, publicUrl: 'http://127.0.0.1:8088' });
    expect(config.fhirBaseUrl).toBe('http://127.0.0.1:8088/fhir/R4');
    expect(config.migrationDatabaseUrl).toBe(complete.DATABASE_URL);
    expect(config.softwareVersion).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('cannot be changed afterwards', () => {
    const config = loadConfig(complete);
    expect(() => Object.assign(config.database, { url: 'postgres://else' })).toThrow(TypeError);
  });

  it('names everything that is missing, with the remedy', () => {
    const found = problems({});
    expect(found).toHaveLength(2);
    expect(found[0]).toContain('DATABASE_URL: is not set. Set it to');
    expect(found[1]).toContain('IDENTITY_ENCRYPTION_KEY: is not set. Make one with');
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['PUBLIC_URL', 'ftp://example.org'],
    ['LOG_LEVEL', 'loud'],
    ['IDENTITY_ENCRYPTION_KEY', 'c2hvcnQ='],
    ['DATABASE_POOL_SIZE', '0'],
  ])('refuses %s=%s and nothing else', (name, value) => {
    const found = problems({ ...complete, [name]: value });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${name}: `));
    expect(found[0]).not.toContain('is not set');
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ ...complete, PORT: '' }).port).toBe(8088);
  });

  it('strips the slash at the end of the public URL', () => {
    expect(loadConfig({ ...complete, PUBLIC_URL: 'https://fhir.example.org/' }).fhirBaseUrl).toBe(
      'https://fhir.example.org/fhir/R4',
    );
  });
});
