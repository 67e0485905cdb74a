import { describe, expect, it } from 'vitest';
import { type AnyJobHandler, requireOneHandlerEach } from './job-handler.js';
import { defineJobType } from './job-type.js';

const a = defineJobType('a', {}, { timeoutMs: 1 });
const b = defineJobType('b', {}, { timeoutMs: 1 });
const handler = (type: typeof a): AnyJobHandler => ({ type, run: async () => {} });

describe('requireOneHandlerEach', () => {
  it('accepts one each', () => {
    expect(() => requireOneHandlerEach([a, b], [handler(b), handler(a)])).not.toThrow();
  });

  it.each([
    ['none', [a, b], [handler(a)], 'the job type b has 0 handlers'],
    ['two', [a, b], [handler(a), handler(b), handler(b)], 'the job type b has 2 handlers'],
    ['one for no type', [a], [handler(a), handler(b)], 'b is no job type that is known'],
    ['one name for two types', [a, a], [handler(a)], 'two job types have the same name'],
  ])('refuses %s', (_what, types, handlers, problem) => {
    expect(() => requireOneHandlerEach(types, handlers)).toThrow(problem);
  });
});
