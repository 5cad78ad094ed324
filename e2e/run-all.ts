/**
 * Every check that CI runs, in order, each reported even when an earlier one failed. The last line counts tests over all suites,
 * with each static check as one test.
 */
import { readFileSync, rmSync } from 'node:fs'
import { run } from './tools/process'

interface Tally {
  passed: number
  failed: number
  skipped: number
}

interface Stage {
  readonly name: string
  readonly args: readonly string[]
  /** Where a test runner leaves its results as JSON; none for a check that is one test. */
  readonly results?: string
}

const STAGES: readonly Stage[] = [
  { name: 'format', args: ['run', '--silent', 'check:format'] },
  { name: 'lint', args: ['run', '--silent', 'check:lint'] },
  { name: 'types', args: ['run', '--silent', 'check:types'] },
  { name: 'import arrows', args: ['run', '--silent', 'check:arrows'] },
  { name: 'dead code', args: ['run', '--silent', 'check:dead'] },
  { name: 'unit and property tests', args: ['run', '--silent', 'check:unit'], results: '.cache/unit.json' },
  { name: 'build', args: ['run', '--silent', 'build'] },
  { name: 'size of the initial script', args: ['run', '--silent', 'check:size'] },
  { name: 'command line and Wireshark', args: ['run', '--silent', 'e2e:outside'], results: '.cache/outside.json' },
  { name: 'browser', args: ['run', '--silent', 'e2e:browser'], results: '.cache/browser.json' },
]

const total: Tally = { passed: 0, failed: 0, skipped: 0 }
const report: string[] = []
for (const stage of STAGES) {
  if (stage.results !== undefined) rmSync(stage.results, { force: true })
  console.log(`\n== ${stage.name}`)
  const began = Date.now()
  const code = await run('npm', stage.args)
  const tally = count(stage, code)
  total.passed += tally.passed
  total.failed += tally.failed
  total.skipped += tally.skipped
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  report.push(
    `${code === 0 ? 'pass' : 'FAIL'}  ${stage.name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped (${seconds} s)`,
  )
}
console.log(`\n${report.join('\n')}\n`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 ? 0 : 1

/** Counts of one stage. A runner that failed without saying which test did is one failure. */
function count(stage: Stage, code: number): Tally {
  const tally = stage.results === undefined ? undefined : readTally(stage.results)
  if (tally === undefined) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
  if (code !== 0 && tally.failed === 0) tally.failed = 1
  return tally
}

function readTally(path: string): Tally | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  const json = JSON.parse(text) as {
    numPassedTests?: number
    numFailedTests?: number
    numPendingTests?: number
    stats?: { expected: number; unexpected: number; flaky: number; skipped: number }
  }
  if (json.stats !== undefined) {
    const { expected, unexpected, flaky, skipped } = json.stats
    return { passed: expected, failed: unexpected + flaky, skipped }
  }
  return { passed: json.numPassedTests ?? 0, failed: json.numFailedTests ?? 0, skipped: json.numPendingTests ?? 0 }
}
