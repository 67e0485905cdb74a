/**
 * The arrows of the architecture (ARCHITECTURE.md): apps → server → features → platform, and leaves that import nothing
 * of ours. `tests/architecture/arrows.test.ts` breaks each rule once and sees it caught.
 */

/** Features of the server; each has one face, its `index.ts`. `api` is where they are put together. */
const FEATURES = 'fhir|identity|health|worker|api-description';
const TESTS = '(\\.test\\.ts$|/testing/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle has no order in which it can be understood.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'fhir-is-a-leaf',
      comment: 'FHIR as such: no framework, no database, nothing of ours; it reads only its own definitions.',
      severity: 'error',
      from: {
        path: '^packages/fhir/src/',
        pathNot: `${TESTS}|^packages/fhir/src/(definitions/structures|search/search-parameters)\\.ts$`,
      },
      to: { pathNot: ['^packages/fhir/', '^(?:node:)?crypto$'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'platform-knows-no-feature',
      severity: 'error',
      from: { path: '^packages/server/src/platform/', pathNot: TESTS },
      to: { path: `^packages/server/src/(?:${FEATURES}|api)/` },
    },
    {
      name: 'features-meet-at-their-face',
      comment: 'A feature reaches another only through its index.ts.',
      severity: 'error',
      from: { path: `^packages/server/src/(${FEATURES}|api)/`, pathNot: TESTS },
      to: {
        path: `^packages/server/src/(?:${FEATURES}|api)/`,
        pathNot: ['^packages/server/src/$1/', '/src/[^/]+/index\\.ts$'],
      },
    },
    {
      name: 'parts-of-fhir-meet-at-their-face',
      severity: 'error',
      from: { path: '^packages/server/src/fhir/([^/]+)/', pathNot: TESTS },
      to: { path: '^packages/server/src/fhir/[^/]+/', pathNot: ['^packages/server/src/fhir/$1/', '/index\\.ts$'] },
    },
    {
      name: 'packages-meet-at-their-face',
      comment:
        'Another workspace is imported by its name, which leads to its index, or to what its package.json exports.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: {
        path: '^packages/[^/]+/(?:src|dist)/',
        pathNot: [
          '^$1/$2/',
          '^packages/[^/]+/(?:src|dist)/(?:platform/(?:config|migrations)/)?index\\.(?:ts|js|d\\.ts)$',
        ],
      },
    },
    {
      name: 'nothing-imports-an-app',
      severity: 'error',
      from: { path: '^(?:packages|apps/([^/]+))/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'server-imports-no-tool',
      comment: 'What starts a server, or tests it, is no part of it.',
      severity: 'error',
      from: { path: '^packages/(?:server|fhir)/src/', pathNot: TESTS },
      to: { path: '^(?:packages/(?:testkit|local-postgres)/|node_modules/@healthcare/(?:testkit|local-postgres)/)' },
    },
    {
      name: 'few-start-programs',
      severity: 'error',
      from: {
        path: '^(?:packages|apps)/',
        pathNot: `${TESTS}|^apps/(?:standalone/|healthctl/(?:src/adapters/|bin/))|^packages/(?:local-postgres|testkit)/`,
      },
      to: { path: '^(?:node:)?child_process$' },
    },
    {
      name: 'identity-alone-speaks-oauth',
      severity: 'error',
      from: { path: '^(?:packages|apps)/', pathNot: `${TESTS}|^packages/server/src/identity/` },
      to: { path: 'node_modules/(?:oidc-provider|@node-rs/argon2)/' },
    },
    {
      name: 'queue-alone-knows-graphile',
      severity: 'error',
      from: { path: '^(?:packages|apps)/', pathNot: `${TESTS}|^packages/server/src/(?:worker|platform/queue)/` },
      to: { path: 'node_modules/graphile-worker/' },
    },
    {
      name: 'production-imports-no-test',
      severity: 'error',
      from: { path: '^(?:packages|apps)/[^/]+/src/', pathNot: `${TESTS}|^packages/testkit/` },
      to: { path: TESTS },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '(^|/)node_modules/(?!@healthcare|oidc-provider|graphile-worker|@node-rs)|/dist/.+\\.map$' },
    tsPreCompilationDeps: 'specify',
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
