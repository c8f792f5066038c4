/** A folder imports itself and what stands to its left. This array is the rule. */
const layers = ['util', 'meta', 'schema', 'request', 'client', 'storage', 'registry', 'auth', 'endpoints', 'server']
const src = 'packages/framework/src'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...layers.slice(0, -1).map((layer, i) => ({
      name: `${layer}-knows-nothing-to-its-right`,
      severity: 'error',
      from: { path: `^${src}/${layer}/`, pathNot: '\\.test\\.ts$' },
      to: { path: `^${src}/(${[...layers.slice(i + 1), 'controller', 'testing'].join('|')})/` },
    })),
    {
      name: 'controller-hangs-off-client',
      severity: 'error',
      from: { path: `^${src}/controller/`, pathNot: '\\.test\\.ts$' },
      to: { path: `^${src}/(storage|registry|auth|endpoints|server|testing)/` },
    },
    {
      name: 'nothing-imports-testing',
      severity: 'error',
      from: { path: `^${src}/(?!testing/)`, pathNot: '\\.test\\.ts$' },
      to: { path: `^${src}/testing/` },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'not-to-development-dependencies',
      severity: 'error',
      from: { path: '^packages/[^/]+/src', pathNot: '(\\.test\\.ts|/conformance/)' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsConfig: { fileName: 'tsconfig.check.json' },
    tsPreCompilationDeps: true,
  },
}
