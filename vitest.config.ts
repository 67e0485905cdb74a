import { defineConfig } from 'vitest/config';

/** These need no database, or start their own, and do not wait for one. */
const pure = ['packages/fhir', 'apps/healthctl', 'packages/local-postgres'];

const tests = (directories: readonly string[]): string[] =>
  directories.flatMap((directory) => [`${directory}/src/**/*.test.ts`, `${directory}/scripts/**/*.test.{ts,mts}`]);

const node = {
  environment: 'node',
  pool: 'forks',
  // Tests use the processor themselves: PostgreSQL and the processes that they start run beside them.
  maxWorkers: 2,
  // Far above what they take: a slow machine is no failure.
  testTimeout: 60_000,
  hookTimeout: 60_000,
} as const;

/** What a person reads, and what `.ci/run` counts. */
export const reporters = (name: string): [string, Record<string, unknown>][] => [
  ['default', {}],
  ['json', { outputFile: `.cache/test-results/${name}.json` }],
];

export default defineConfig({
  test: {
    passWithNoTests: false,
    reporters: reporters('test'),
    projects: [
      { test: { ...node, name: 'unit', include: tests(pure) } },
      {
        test: {
          ...node,
          name: 'integration',
          include: [
            ...tests(['packages/!(fhir|local-postgres)', 'apps/!(healthctl|standalone)']),
            'tests/**/*.test.ts',
          ],
          globalSetup: ['tests/support/global-setup.ts'],
        },
      },
      {
        // Boots the whole product: one at a time, each with a PostgreSQL of its own.
        test: {
          ...node,
          name: 'standalone',
          // Processes that start beside others on a busy machine take their time.
          expect: { poll: { timeout: 15_000 } },
          include: [...tests(['apps/standalone']), 'scripts/*.test.ts'],
          maxWorkers: 1,
          testTimeout: 120_000,
        },
      },
    ],
  },
});
