/**
 * `npm run sim -- --seeds 2000 [--from N]` runs that many seeds; `npm run sim -- --seed N` runs one and prints the ladder of its packets up to
 * the failure. Ends with 1 when a run fails; each failure prints the command that shows it again.
 */
import { ladderLines } from '../../src/cli/ladder'
import { simulate } from './run'

interface Wish {
  readonly from: number
  readonly count: number
  readonly show: boolean
}

const LADDER_LINES = 60

const wish = readWish(process.argv.slice(2))
if (wish === undefined) {
  console.error('npm run sim -- --seeds COUNT [--from SEED], or npm run sim -- --seed SEED')
  process.exitCode = 2
} else {
  process.exitCode = runAll(wish) === 0 ? 0 : 1
}

function readWish(words: readonly string[]): Wish | undefined {
  const given = new Map<string, number>()
  for (let i = 0; i < words.length; i += 2) given.set(words[i], Number(words[i + 1]))
  const known = ['--seeds', '--from', '--seed']
  for (const [word, value] of given)
    if (!known.includes(word) || !Number.isInteger(value) || value < 0) return undefined
  const one = given.get('--seed')
  if (one !== undefined) return { from: one, count: 1, show: true }
  return { from: given.get('--from') ?? 1, count: given.get('--seeds') ?? 200, show: false }
}

function runAll({ from, count, show }: Wish): number {
  let failures = 0
  let steps = 0
  for (let seed = from; seed < from + count; seed++) {
    const result = simulate(seed, show)
    steps += result.steps
    if (show) {
      console.log(result.run.flows.map(({ name, client, server }) => `${name} h${client} > h${server}`).join(', '))
      console.log(ladderLines(result.trace, result.run.spec).slice(-LADDER_LINES).join('\n'))
    }
    if (result.failure === undefined) continue
    failures++
    console.log(`seed ${seed}, step ${result.steps}, ${(result.micros / 1e6).toFixed(6)} s: ${result.failure}`)
    console.log(`  again: npm run sim -- --seed ${seed}`)
  }
  console.log(`${count - failures} of ${count} seeds passed (${steps} steps)`)
  return failures
}
