/**
 * `npm run mutate -- [--sample N --seed S] [--mutate path[:from-to]]... [--again] [--quick] [--judges text] [--jobs N]`: breaks src/tcp in small ways, each in turn, and
 * asks the project's tests whether they notice. `--sample` draws N mutants (an estimate with its interval); `--mutate` looks at files, folders or
 * lines alone; `--again` tries those that lived last time; `--quick` leaves out the
 * slow tests (an estimate from below); `--judges` asks only test files whose name has that text. What lives is listed; those that cannot be killed are named in equivalent.ts.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleJudges } from './bundle'
import { learn, tryAll } from './court'
import type { Verdict } from './court'
import { whyEquivalent } from './equivalent'
import { interval, isKilled, percent, scoreOf, survivorLine, tableOf } from './figures'
import { instrument } from './mutants'
import type { Mutant } from './mutants'
import { draw } from './sample'

const { values: wish } = parseArgs({
  args: process.argv.slice(2),
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    mutate: { type: 'string', multiple: true, default: [] },
    again: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    judges: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
  },
})

const root = process.cwd()
const cache = join(root, '.cache/mutation')
const lived = join(cache, 'lived.json')
/** Of this run alone: another may go on beside it. */
const own = join(cache, `run-${process.pid}`)
mkdirSync(own, { recursive: true })

const began = Date.now()
const { mutants, ids, sources } = await instrument(root)
const chosen = choose(mutants)
const bundle = await bundleJudges(root, sources, own, { text: wish.judges, quick: wish.quick })
const lesson = await learn(bundle, ids)
const seconds = lesson.tests.reduce((sum, { micros }) => sum + micros, 0) / 1e6
console.log(
  `${mutants.length} mutants of src/tcp, ${chosen.length} to be tried; ${lesson.tests.length} tests judge, ${seconds.toFixed(1)} s together; ready after ${since()}`,
)

const verdicts: Verdict[] = []
await tryAll(bundle, lesson, chosen, Number(wish.jobs), (verdict) => {
  verdicts.push(verdict)
  if (!isKilled(verdict)) console.log(`lives: ${survivorLine(verdict)}`)
  if (verdicts.length % 50 === 0)
    console.log(`${verdicts.length} tried, ${percent(scoreOf(verdicts))} killed, ${since()}`)
})
rmSync(own, { recursive: true })
report()

function since(): string {
  return `${Math.round((Date.now() - began) / 1000)} s`
}

/** The mutants that this run is about. */
function choose(all: readonly Mutant[]): readonly Mutant[] {
  const wanted = all.filter((mutant) => wish.mutate.length === 0 || wish.mutate.some((place) => isIn(mutant, place)))
  if (wish.again) {
    const names = new Set(JSON.parse(readFileSync(lived, 'utf8')) as string[])
    return wanted.filter((mutant) => names.has(nameOf(mutant)))
  }
  return wish.sample === undefined ? wanted : draw(wanted, Number(wish.sample), Number(wish.seed))
}

function isIn(mutant: Mutant, place: string): boolean {
  const [path, lines] = place.split(':')
  const [from, to = from] = (lines ?? '').split('-').map(Number)
  return mutant.file.startsWith(path) && (lines === undefined || (mutant.line >= from && mutant.line <= to))
}

function nameOf({ file, text, from, to }: Mutant): string {
  return [file, text, from, to].join(' | ')
}

function report(): void {
  const living = verdicts.filter((verdict) => !isKilled(verdict))
  const place = ({ mutant: { file, line } }: Verdict): string => `${file}:${String(line).padStart(4, '0')}`
  console.log('\nLives:')
  for (const verdict of living.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)))
    console.log(`  ${survivorLine(verdict)}`)
  console.log(`\n${tableOf(verdicts).join('\n')}`)
  const score = scoreOf(verdicts)
  const [low, high] = interval(score)
  const named = living.filter(({ mutant }) => whyEquivalent(mutant) !== undefined).length
  const ended = (fate: string): number => verdicts.filter((verdict) => verdict.fate === fate).length
  const drawn =
    wish.sample === undefined
      ? ''
      : ` (drawn with seed ${wish.seed}; for all: ${low.toFixed(1)} to ${high.toFixed(1)} %)`
  console.log(`\n${score.killed} of ${score.of} killed: ${percent(score)}${drawn}, in ${since()}`)
  console.log(
    `by a failing test ${ended('failed')}, out of time ${ended('looped')}, process gone ${ended('crashed')}; ${living.length} live, ${named} of them named as equivalent; without those ${percent({ killed: score.killed, of: score.of - named })}`,
  )
  writeFileSync(lived, JSON.stringify(living.map(({ mutant }) => nameOf(mutant))))
  writeFileSync(join(cache, 'verdicts.json'), JSON.stringify(verdicts, undefined, 1))
}
