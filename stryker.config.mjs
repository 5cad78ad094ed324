/**
 * Mutation testing of one room: `npm run mutate` breaks src/tcp in every small way that stryker knows and counts the changes that
 * no test notices. `npm run mutate -- --mutate src/tcp/sender/**` looks at a part; the tests that judge are the stack's own and our scripts.
 */
export default {
  packageManager: 'npm',
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  mutate: ['src/tcp/**/*.ts', '!src/tcp/**/*.{test,prop}.ts'],
  // Words in a rule's sentence or an assertion are for people: a test that repeats them letter by letter would prove nothing.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  jsonReporter: { fileName: '.cache/mutation/report.json' },
  htmlReporter: { fileName: '.cache/mutation/report.html' },
  tempDirName: '.cache/stryker',
  incremental: true,
  incrementalFile: '.cache/mutation/incremental.json',
}
