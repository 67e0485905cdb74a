import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const config = join(root, '.dependency-cruiser.cjs');
const rules = (createRequire(import.meta.url)(config) as { forbidden: { name: string }[] }).forbidden.map(
  ({ name }) => name,
);

const TIMEOUT_MS = 120_000;

interface Cruise {
  readonly summary: {
    readonly totalCruised: number;
    readonly totalDependenciesCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

async function cruise(directory: string): Promise<Cruise['summary']> {
  const program = join(root, 'node_modules/.bin/depcruise');
  const { stdout } = await promisify(execFile)(
    program,
    ['packages', 'apps', '--config', config, '--output-type', 'json', '--no-progress'],
    { cwd: directory, maxBuffer: 256 * 1024 * 1024 },
  ).catch((error: unknown) => error as { stdout: string });
  return (JSON.parse(stdout) as Cruise).summary;
}

describe('the arrows of the architecture', () => {
  it(
    'hold, over every module that there is',
    async () => {
      const summary = await cruise(root);
      process.stdout.write(
        `Arrows: ${rules.length} rules over ${summary.totalCruised} modules and ${summary.totalDependenciesCruised} dependencies.\n`,
      );
      expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
      // A resolver that finds nothing would find no violation either.
      expect(summary.totalCruised).toBeGreaterThan(300);
      expect(summary.totalDependenciesCruised).toBeGreaterThan(1_000);
    },
    TIMEOUT_MS,
  );
});

/** One file that breaks each rule, and what it imports. */
const BREACHES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no-cycles': {
    'packages/server/src/health/one.ts': "import './two.js';",
    'packages/server/src/health/two.ts': "import './one.js';",
  },
  'fhir-is-a-leaf': { 'packages/fhir/src/reads.ts': "import 'node:fs';" },
  'platform-knows-no-feature': { 'packages/server/src/platform/a.ts': "import '../health/index.js';" },
  'features-meet-at-their-face': { 'packages/server/src/worker/a.ts': "import '../health/inner.js';" },
  'parts-of-fhir-meet-at-their-face': {
    'packages/server/src/fhir/search/a.ts': "import '../storage/inner.js';",
    'packages/server/src/fhir/storage/inner.ts': '',
  },
  'packages-meet-at-their-face': {
    'apps/api/src/a.ts': "import '../../../packages/server/src/health/inner.js';",
  },
  'nothing-imports-an-app': { 'apps/worker/src/a.ts': "import '../../api/src/main.js';" },
  'server-imports-no-tool': {
    'packages/server/src/api/a.ts': "import '../../../testkit/src/index.js';",
    'packages/testkit/src/index.ts': '',
  },
  'few-start-programs': { 'packages/server/src/health/spawns.ts': "import 'node:child_process';" },
  'identity-alone-speaks-oauth': { 'packages/server/src/health/oauth.ts': "import 'oidc-provider';" },
  'queue-alone-knows-graphile': { 'packages/server/src/health/queue.ts': "import 'graphile-worker';" },
  'production-imports-no-test': {
    'packages/server/src/health/b.ts': "import './b.test.js';",
    'packages/server/src/health/b.test.ts': '',
  },
  resolvable: { 'packages/server/src/health/lost.ts': "import './nowhere.js';" },
};

/** Lawful modules that the breaches import. */
const LAWFUL: Readonly<Record<string, string>> = {
  'packages/server/src/health/index.ts': "import './inner.js';",
  'packages/server/src/health/inner.ts': '',
  'packages/server/src/worker/lawful.ts': "import '../health/index.js';",
  'apps/api/src/main.ts': "import '../../../packages/server/src/index.js';",
  'packages/server/src/index.ts': '',
  'node_modules/oidc-provider/package.json': '{"name":"oidc-provider","main":"index.js"}',
  'node_modules/oidc-provider/index.js': '',
  'node_modules/graphile-worker/package.json': '{"name":"graphile-worker","main":"index.js"}',
  'node_modules/graphile-worker/index.js': '',
  'package.json': '{"dependencies":{"oidc-provider":"*","graphile-worker":"*"}}',
  'tsconfig.base.json': '{}',
};

describe('a breach of', () => {
  let directory: string;
  let found: ReadonlyMap<string, readonly string[]>;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'arrows-'));
    for (const [path, text] of [LAWFUL, ...Object.values(BREACHES)].flatMap((files) => Object.entries(files))) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    const { violations } = await cruise(directory);
    found = Map.groupBy(violations, ({ rule }) => rule.name) as unknown as ReadonlyMap<string, readonly string[]>;
  }, TIMEOUT_MS);
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each(rules)('%s is caught', (rule) => {
    const files = (found.get(rule) ?? []) as unknown as readonly { readonly from: string }[];
    expect(files.map(({ from }) => from)).toContain(Object.keys(BREACHES[rule] ?? {})[0]);
  });

  it('no rule is seen in what is lawful', () => {
    const all = [...found.values()].flat() as unknown as readonly { readonly from: string }[];
    expect(all.filter(({ from }) => from in LAWFUL)).toEqual([]);
  });
});
