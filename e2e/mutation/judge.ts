/**
 * One judge: a process that holds all tests and the instrumented stack. Asked over the process's channel, it runs tests, either all
 * of them once without a mutant, to learn what each reaches and how long it takes, or for one mutant until the first that fails.
 * A second thread watches the processor time, not the clock, so that a busy machine condemns nobody; it ends the process.
 */
import { writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { activate, atLoad, collected, countInto } from './harness'
import type { CollectedTest } from './harness'
import { nameOf, OUT_OF_TIME } from './protocol'
import type { Answer, JudgedTest, Limit, Question } from './protocol'

/** [0]: microseconds of processor time at which the process is to end; 0 for never. */
const deadline = new Float64Array(new SharedArrayBuffer(8))

const WATCH = `
  const { workerData } = require('node:worker_threads')
  setInterval(() => {
    const { user, system } = process.cpuUsage()
    if (workerData.deadline[0] > 0 && user + system > workerData.deadline[0]) process.kill(process.pid, '${OUT_OF_TIME}')
  }, 200)
`

function spent(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** undefined when it passes, else what it says. */
async function fails({ run }: CollectedTest): Promise<string | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
  }
}

async function learn(into: string, mutants: number): Promise<Answer> {
  const passed = new Uint32Array(collected.length * mutants)
  const tests: JudgedTest[] = []
  const failed: string[] = []
  for (const [index, one] of collected.entries()) {
    const reached = passed.subarray(index * mutants, (index + 1) * mutants)
    countInto(reached)
    const before = spent()
    const said = await fails(one)
    countInto(undefined)
    if (said !== undefined) failed.push(`${nameOf(one)}: ${said}`)
    tests.push({ file: one.file, name: one.name, micros: spent() - before })
  }
  writeFileSync(into, passed)
  return { kind: 'learnt', tests, failed, atLoad: [...atLoad.keys()].filter((id) => atLoad[id] > 0).map(String) }
}

async function judge(mutant: string, limits: readonly Limit[]): Promise<Answer> {
  for (const { test, hits, micros } of limits) {
    deadline[0] = spent() + micros
    activate(mutant, hits)
    const why = await fails(collected[test])
    activate(undefined, Number.POSITIVE_INFINITY)
    deadline[0] = 0
    if (why !== undefined) return { kind: 'judged', killer: test, why }
  }
  return { kind: 'judged', killer: undefined, why: '' }
}

/** Called by the bundle's entry when all test files are collected. */
export function serve(): void {
  countInto(undefined)
  const watch = new Worker(WATCH, { eval: true, workerData: { deadline } })
  watch.unref()
  const answer = (said: Answer): void => {
    process.send?.(said)
  }
  process.on('message', (question: Question) => {
    const work =
      question.kind === 'learn' ? learn(question.into, question.mutants) : judge(question.mutant, question.limits)
    void work.then(answer)
  })
  answer({ kind: 'ready' })
}
