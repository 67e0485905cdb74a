import { defineConfig } from 'vitest/config';
import { reporters } from './vitest.config.js';

/** `npm run test:processes`: the tests of the API once more, against two processes on one database. */
export default defineConfig({
  test: {
    passWithNoTests: false,
    reporters: reporters('test-processes'),
    env: { HEALTHCARE_TEST_API_PROCESSES: '2' },
    include: ['tests/integration/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
