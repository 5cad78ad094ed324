/**
 * Sends mutants to the judges: first what each test reaches and how long it takes, then, mutant by mutant, the tests that reach it, those
 * first that kill most for their time. A mutant is killed when a test fails, runs out of processor time, or takes the process down.
 */
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { OUT_OF_TIME } from './protocol'
import type { Answer, JudgedTest, Limit, Question } from './protocol'
import type { Mutant } from './mutants'

export type Fate = 'failed' | 'looped' | 'crashed' | 'survived' | 'unreached'

export interface Verdict {
  readonly mutant: Mutant
  readonly fate: Fate
  /** The test that killed it, and what it said. */
  readonly killer: string
  readonly why: string
  /** Tests that reach it. */
  readonly reachedBy: number
}

export interface Lesson {
  readonly tests: readonly JudgedTest[]
  /** Tests by mutants: how often a test passes the mutant's place. */
  readonly passed: Uint32Array
  /** Mutants in code that runs while the modules load. */
  readonly atLoad: ReadonlySet<string>
  readonly mutants: number
}

interface Judge {
  /** undefined when the process ended instead; `signal` then says how. */
  readonly ask: (question: Question) => Promise<Answer | undefined>
  readonly ready: Promise<Answer | undefined>
  readonly signal: () => NodeJS.Signals | null
  readonly stop: () => void
}

const MEBIBYTES_OF_HEAP = 1500

function startJudge(bundle: string, mutant?: string): Judge {
  const child = fork(bundle, {
    execArgv: [`--max-old-space-size=${MEBIBYTES_OF_HEAP}`],
    env: { ...process.env, ...(mutant === undefined ? {} : { MUTANT: mutant }) },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
  })
  let settle: (answer: Answer | undefined) => void = () => {}
  let signal: NodeJS.Signals | null = null
  let gone = false
  const next = async () =>
    new Promise<Answer | undefined>((resolve) => {
      settle = resolve
      if (gone) resolve(undefined)
    })
  child.on('message', (answer: Answer) => {
    settle(answer)
  })
  child.on('exit', (_, by) => {
    gone = true
    signal = by
    settle(undefined)
  })
  const ready = next()
  return {
    ready,
    ask: async (question) => {
      const answer = next()
      if (!gone) child.send(question)
      return answer
    },
    signal: () => signal,
    stop: () => {
      child.kill('SIGKILL')
    },
  }
}

/** Runs every test once. Throws when one fails although nothing is broken. */
export async function learn(bundle: string, mutants: number): Promise<Lesson> {
  const judge = startJudge(bundle)
  const into = join(dirname(bundle), 'passed.bin')
  await judge.ready
  const answer = await judge.ask({ kind: 'learn', into, mutants })
  judge.stop()
  if (answer?.kind !== 'learnt' || answer.tests.length === 0) throw new Error('the judges could not run their tests')
  if (answer.failed.length > 0) throw new Error(`fails with nothing broken:\n${answer.failed.join('\n')}`)
  const bytes = readFileSync(into)
  const passed = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  return { tests: answer.tests, passed, atLoad: new Set(answer.atLoad), mutants }
}

/** Tries each mutant, `width` at a time; `told` hears of each verdict as it falls. */
export async function tryAll(
  bundle: string,
  lesson: Lesson,
  mutants: readonly Mutant[],
  width: number,
  told: (verdict: Verdict) => void,
): Promise<void> {
  const kills = new Map<number, number>()
  const queue = [...mutants]
  const bench = Array.from({ length: width }, async () => {
    let judge: Judge | undefined
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const limits = docket(lesson, mutant, kills)
      const reachedBy = limits.length
      if (reachedBy === 0) {
        told({ mutant, fate: 'unreached', killer: '', why: '', reachedBy })
        continue
      }
      const own = lesson.atLoad.has(mutant.id)
      if (own) judge?.stop()
      if (own || judge === undefined) judge = startJudge(bundle, own ? mutant.id : undefined)
      await judge.ready
      const answer = await judge.ask({ kind: 'judge', mutant: mutant.id, limits })
      told(verdictOf(mutant, answer, judge.signal(), lesson, reachedBy))
      if (answer?.kind === 'judged' && answer.killer !== undefined)
        kills.set(answer.killer, (kills.get(answer.killer) ?? 0) + 1)
      if (own || answer === undefined) {
        judge.stop()
        judge = undefined
      }
    }
    judge?.stop()
  })
  await Promise.all(bench)
}

function verdictOf(
  mutant: Mutant,
  answer: Answer | undefined,
  signal: NodeJS.Signals | null,
  { tests }: Lesson,
  reachedBy: number,
): Verdict {
  if (answer?.kind !== 'judged') {
    const fate = signal === OUT_OF_TIME ? 'looped' : 'crashed'
    return { mutant, fate, killer: '', why: signal ?? '', reachedBy }
  }
  const { killer, why } = answer
  if (killer === undefined) return { mutant, fate: 'survived', killer: '', why, reachedBy }
  return { mutant, fate: 'failed', killer: `${tests[killer].file}: ${tests[killer].name}`, why, reachedBy }
}

const LEAST_MICROS = 3_000_000
const TIMES_LONGER = 20
const TIMES_MORE_HITS = 100
/** What a test of the mutant's own folder is thought to have killed before anything is known. */
const NEAR_BY = 3

/** The tests that reach a mutant, in the order in which they are likely to kill it soonest. */
function docket(
  { tests, passed, atLoad, mutants }: Lesson,
  mutant: Mutant,
  kills: ReadonlyMap<number, number>,
): Limit[] {
  const folder = dirname(mutant.file)
  const worth = (test: number): number => {
    const near = dirname(tests[test].file) === folder ? NEAR_BY : 1
    return (near + (kills.get(test) ?? 0)) / (tests[test].micros + 100)
  }
  return tests
    .map(({ micros }, test) => ({
      test,
      hits: passed[test * mutants + Number(mutant.id)],
      micros: Math.max(LEAST_MICROS, micros * TIMES_LONGER),
    }))
    .filter(({ hits }) => hits > 0 || atLoad.has(mutant.id))
    .map((limit) => ({ ...limit, hits: (limit.hits + 1) * TIMES_MORE_HITS }))
    .toSorted((a, b) => worth(b.test) - worth(a.test))
}
