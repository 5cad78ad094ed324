/**
 * `npm run conformance`: the tables of src/conformance, row by row: what holds it (file and title, run here and passed), or why it is done
 * otherwise. Exit 1 where a row is neither held nor explained, names a test that does not exist, or its test fails. With `--cached` the tests
 * are not run; the results of the last `npm run check:unit` are read.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { allCells, CLAUSES, DEPARTURES, judge, RFC9293, STARTS } from '../../src/conformance'
import type { Judgement, KnownTest, Requirement } from '../../src/conformance'
import { testsInSources } from '../../src/testing/known-tests'
import { run } from '../tools/process'

const OWN_RUN = '.cache/conformance.json'
const UNIT_RUN = '.cache/unit.json'

const cached = process.argv.includes('--cached')
const all = [...RFC9293, ...CLAUSES]
if (!cached) await runHolders(all)
const results = cached ? UNIT_RUN : OWN_RUN
if (!existsSync(results)) throw new Error(`${results} is missing: run without --cached`)
const tests = readResults(results)
const wrong = [...show('RFC 9293', RFC9293), ...show('Clauses of other RFCs', CLAUSES)]
showMatrix()
for (const line of wrong) console.log(`FAULT  ${line}`)
process.exitCode = wrong.length === 0 ? 0 : 1

/** Runs the files in which a test of the tables stands. */
async function runHolders(rows: readonly Requirement[]): Promise<void> {
  const files = new Set(judge(rows, testsInSources()).flatMap((one) => one.tests.map(({ file }) => file)))
  files.add('src/conformance/matrix/matrix.test.ts')
  mkdirSync('.cache', { recursive: true })
  await run('npx', ['vitest', 'run', ...files, '--silent', '--reporter=json', `--outputFile=${OWN_RUN}`])
}

function readResults(path: string): KnownTest[] {
  const json = JSON.parse(readFileSync(path, 'utf8')) as {
    testResults: { name: string; assertionResults: { title: string; status: string }[] }[]
  }
  return json.testResults.flatMap(({ name, assertionResults }) =>
    name.endsWith('conformance.test.ts')
      ? []
      : assertionResults.map(({ title, status }) => ({
          file: relative('.', name),
          title,
          passed: status === 'passed',
        })),
  )
}

/** Prints one table and its counts; returns what is wrong with it. */
function show(name: string, rows: readonly Requirement[]): string[] {
  console.log(`\n${name}`)
  const judgements = judge(rows, tests)
  for (const judgement of judgements) showRow(judgement)
  const count = (kind: string): number => judgements.filter((one) => kindOf(one) === kind).length
  console.log(
    `\n${name}: ${rows.length} rows, ${count('held')} held, ${count('deviates')} deviate, ${count('not applicable')} not applicable, ${count('FAULT')} at fault`,
  )
  return judgements.flatMap(({ requirement: { id }, fault }) => (fault === '' ? [] : [`${id}: ${fault}`]))
}

function showRow(judgement: Judgement): void {
  const { requirement, tests: found, fault } = judgement
  const { id, section, says, stand } = requirement
  const clause = id.startsWith('RFC') ? id : `${id.padEnd(8)} ${section}`
  console.log(`${clause.padEnd(20)}  ${kindOf(judgement).padEnd(14)}  ${says}`)
  const indent = ' '.repeat(38)
  if (fault !== '') console.log(`${indent}${fault}`)
  else if ('reason' in stand) console.log(`${indent}${stand.reason}`)
  for (const line of new Set(found.map(({ file, title }) => `${file}: ${title}`))) console.log(`${indent}${line}`)
}

function kindOf({ requirement: { stand }, fault }: Judgement): string {
  if (fault !== '') return 'FAULT'
  if (stand.kind === 'deviates') return 'deviates'
  return stand.kind === 'notApplicable' ? 'not applicable' : 'held'
}

/** What src/conformance/matrix/matrix.test.ts holds, and where its oracle follows Linux rather than the RFCs. */
function showMatrix(): void {
  const found = tests.filter(({ file }) => file.endsWith('matrix/matrix.test.ts'))
  const failed = found.filter(({ passed }) => passed === false).length
  const result = found.length === 0 ? 'not run here' : `${found.length} tests, ${failed} failed`
  console.log(`\nOne segment into every state: ${allCells().length} cells from ${STARTS.length} starts (${result})`)
  for (const [name, what] of Object.entries(DEPARTURES)) console.log(`${name.padEnd(20)}  ${what}`)
}
