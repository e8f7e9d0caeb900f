/** The import rule of src/README.md, checked by `make check`. Each layer lists what it may import besides itself. */
const layers = {
  model: [],
  git: ['model'],
  protocol: ['model'],
  repository: ['model', 'git'],
  engine: ['model'],
  forge: ['model'],
  agent: ['model', 'git', 'protocol', 'repository', 'engine'],
  server: ['model', 'git', 'protocol', 'repository', 'forge'],
}

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `${layer}-imports`,
  comment: `src/${layer} may import ${[layer, ...allowed].join(', ')} only`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^(src|test|tools)/', pathNot: `^src/(${[layer, ...allowed].join('|')})/` },
}))

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'engine-is-pure',
      comment: 'decisions know no network, file, process or logger',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '^(fs|node:fs|http|node:http|https|node:https|net|node:net|child_process|node:child_process|pino)$|node_modules/(pino|pg|kysely|@kubernetes|probot)' },
    },
    {
      name: 'one-forge-at-a-time',
      comment: 'an adapter imports its port, the model and its vendor, never another adapter',
      severity: 'error',
      from: { path: '^src/forge/([^/]+)/' },
      to: { path: '^src/forge/([^/]+)/', pathNot: '^src/forge/$1/' },
    },
    {
      name: 'product-never-imports-tests-or-tools',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|tools)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^(node:sqlite|@octokit/openapi-types)$' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
}
