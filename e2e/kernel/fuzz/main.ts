/**
 * `npm run --silent fuzz:kernel -- [--seed N] [--runs 50] [--jobs 8] [--all] [--raw]`: random conversations, each played on a host of ours and on the real
 * kernel. The first difference (with `--all` every one) is made as small as it goes and printed as a packetdrill script that passes on ours and fails on the
 * kernel; `--raw` leaves them as they were drawn. Exit status 1 when there is one.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import type { Played } from '../../../src/packetdrill'
import { playAll, serveJobs } from '../player/pool'
import type { Job } from '../player/pool'
import { kernelUnavailable } from '../wire'
import { schedules } from './schedule'
import type { Schedule } from './schedule'
import { smaller } from './shrink'
import { transcribe } from './transcribe'

const root = process.env['TCPSCOPE_ROOT'] ?? process.cwd()

const MOST_LATE_SECONDS = 0.2

interface Finding {
  readonly schedule: Schedule
  readonly text: string
  readonly message: string
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      runs: { type: 'string', default: '50' },
      jobs: { type: 'string', default: '8' },
      all: { type: 'boolean' },
      raw: { type: 'boolean' },
    },
  })
  const missing = kernelUnavailable()
  if (missing !== undefined) {
    process.stdout.write(`unsupported: ${missing}\n`)
    return
  }
  const [seed, runs, jobs] = [values.seed, values.runs, values.jobs].map(Number)
  const drawn = fc.sample(schedules, { seed, numRuns: runs })
  const found = await differences(drawn, jobs)
  for (const finding of values.all === true ? found : found.slice(0, 1)) {
    const small = values.raw === true ? finding : await shrink(finding, jobs)
    process.stdout.write(`\n// ${small.schedule.start}: ${small.message}\n${small.text}`)
  }
  process.stdout.write(`seed ${seed}: ${runs} conversations, ${found.length} differ\n`)
  process.exitCode = found.length > 0 ? 1 : 0
}

/** Plays all, and gives those that the kernel plays otherwise. */
async function differences(drawn: readonly Schedule[], jobs: number): Promise<Finding[]> {
  const helper = join(root, 'e2e/kernel/player/helper.py')
  const found: Finding[] = []
  const playable: { schedule: Schedule; job: Job }[] = []
  for (const schedule of drawn) {
    try {
      const text = transcribe(schedule)
      playable.push({ schedule, job: { path: `${playable.length}`, text, helper, maxSeconds: 60, tries: 4 } })
    } catch (error) {
      found.push({ schedule, text: '', message: `our host: ${String(error)}` })
    }
  }
  await playAll(
    playable.map(({ job }) => job),
    jobs,
    ({ path, text }, played) => {
      const message = differenceIn(played)
      if (message !== undefined) found.push({ schedule: playable[Number(path)].schedule, text, message })
    },
  )
  return found
}

/** A script that ours wrote holds on the kernel, and the kernel sends nothing more. */
function differenceIn({ result, line, message, notes, ladder }: Played): string | undefined {
  if (result !== 'pass') return isLate(message) ? undefined : `${line}: the kernel: ${message}`
  const more = notes.find((note) => note.includes('packets more'))
  return more === undefined ? undefined : `the kernel sends ${more}: ${ladder.at(-1)?.trim()}`
}

/** Late by what a busy machine makes things late, each time: what was sent is not said to be different. */
function isLate(message: string): boolean {
  const times = / at ([\d.]+) s(?: \.\.[^(]*)? \(within .* at ([\d.]+) s$/.exec(message)
  if (times === null || !/expected (\S+ \S+) .*got \1 /.test(message)) return false
  const [due, came] = times.slice(1).map(Number)
  return came > due && came - due < MOST_LATE_SECONDS
}

/** Leaves out and makes simple, as long as a difference remains. */
async function shrink(finding: Finding, jobs: number): Promise<Finding> {
  let best = finding
  for (let round = 0; round < 30; round++) {
    const [better] = await differences(smaller(best.schedule), jobs)
    if (better === undefined) return best
    best = better
  }
  return best
}

if (process.argv[2] === '--worker') serveJobs()
else await main()
