/**
 * The import arrows between the rooms of src/, as data. A room may import itself and what its row names; a room is
 * entered through its index. ARCHITECTURE.md says why each arrow is there.
 */
const ROOMS = {
  base: [],
  wire: ['base'],
  trace: ['base', 'wire'],
  programs: ['base', 'wire', 'trace'],
  tcp: ['base', 'wire', 'trace'],
  netfilter: ['base', 'wire', 'trace'],
  host: ['base', 'wire', 'trace', 'programs', 'tcp', 'netfilter'],
  network: ['base', 'wire', 'trace'],
  sim: ['base', 'wire', 'trace', 'programs', 'tcp', 'host', 'network'],
  texts: ['base', 'wire', 'trace'],
  scenario: ['base', 'wire', 'trace', 'programs', 'netfilter'],
  conformance: ['wire', 'trace'],
  capture: ['base', 'wire', 'trace'],
  packetdrill: ['base', 'wire', 'trace', 'tcp', 'host', 'sim'],
  cli: ['base', 'wire', 'trace', 'sim', 'scenario', 'capture', 'packetdrill', 'texts'],
  worker: ['base', 'wire', 'trace', 'sim', 'scenario', 'capture', 'texts'],
  store: ['base', 'wire', 'trace'],
  viz: ['base', 'wire', 'trace'],
  ui: ['base', 'wire', 'trace', 'programs', 'store', 'viz', 'netfilter', 'texts'],
  app: ['base', 'trace', 'store', 'ui', 'scenario', 'worker'],
}
const TESTS = '\\.(test|prop)\\.tsx?$'

const arrows = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `arrow-${room}`,
  comment: `src/${room} may import only: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: TESTS },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}))

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'through-the-index',
      comment: 'a room is entered through its index.ts',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: [TESTS, '^src/testing/'] },
      to: {
        path: '^src/([^/]+)/',
        pathNot: ['^src/$1/', '^src/[^/]+/index\\.tsx?$', '^src/worker/worker\\.ts$', '\\.css$'],
      },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: [TESTS, '^src/testing/'] },
      to: { path: '^src/testing/' },
    },
    {
      name: 'stack-is-pure',
      comment: 'the stack imports no package but the codec libraries of scenario',
      severity: 'error',
      from: { path: '^src/(base|wire|trace|programs|tcp|netfilter|host|network|sim|capture|texts)/', pathNot: TESTS },
      to: { path: 'node_modules' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '\\?' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^node_modules' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.css', '.json'],
    },
  },
}
