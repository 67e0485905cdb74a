import { describe, expect, it } from 'vitest';
import { createLogger, describeError } from './logger.js';
import { runInContext } from './request-context.js';

function collect(): { lines: Record<string, unknown>[]; destination: { write(line: string): void } } {
  const lines: Record<string, unknown>[] = [];
  return { lines, destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) } };
}

describe('createLogger', () => {
  it('writes the request id of the work at hand, also after an await', async () => {
    const { lines, destination } = collect();
    const logger = createLogger({ level: 'info', role: 'api', destination });
    await runInContext({ requestId: 'r-1' }, async () => {
      await Promise.resolve();
      logger.info('inside');
    });
    logger.info('outside');
    expect(lines[0]).toMatchObject({ role: 'api', level: 'info', msg: 'inside', requestId: 'r-1' });
    expect(lines[1]).not.toHaveProperty('requestId');
  });

  it('keeps what errors quote out of the line', () => {
    const { lines, destination } = collect();
    const logger = createLogger({ level: 'info', role: 'api', destination });
    const fromDatabase = Object.assign(new Error('duplicate key: Jane Doe'), {
      severity: 'ERROR',
      code: '23505',
      detail: 'Key (value)=(Jane Doe) already exists.',
      constraint: 'resource_pkey',
    });
    logger.error({ err: fromDatabase }, 'failed');
    logger.error({ err: new SyntaxError('Unexpected token J in "Jane Doe"') }, 'failed');
    expect(JSON.stringify(lines)).not.toContain('Jane');
    expect(lines[0]!['err']).toMatchObject({ code: '23505', constraint: 'resource_pkey' });
  });
});

describe('describeError', () => {
  it('tells of what was thrown that is no error only its type', () => {
    expect(describeError('Jane Doe')).toEqual({ type: 'string' });
  });

  it('follows the cause', () => {
    expect(describeError(new Error('outer', { cause: new TypeError('inner') }))).toMatchObject({
      message: 'outer',
      cause: { type: 'TypeError', message: 'inner' },
    });
  });
});
