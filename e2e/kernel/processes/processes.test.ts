/** Shared descriptors, processes, signals, select and epoll on a real kernel: each story goes there as on a host of ours. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { hostCall } from '../../../src/host'
import { createBench, PID, run, SERVER } from '../../../src/testing/host-bench'
import type { HostBench } from '../../../src/testing/host-bench'
import { formatPollEvents } from '../../../src/trace'
import type { Call, CallView } from '../../../src/trace'
import { namespaceFlags } from '../wire'
import { PROCESSES, STORIES } from './stories'
import type { Move, ProcessName, Story } from './stories'

const AGENT = fileURLToPath(new URL('./agent.py', import.meta.url))
const LIMIT_SECONDS = 110
/** A story that differs is played again: real time may get between two moves. */
const TRIES = 3

type Told = { readonly answers: readonly string[] } | { readonly error: string }

function onKernel(stories: readonly Story[]): Told[] {
  const input = stories.map(({ moves }) => `${JSON.stringify(moves)}\n`).join('')
  const inside = `ip link set lo up && exec python3 -B '${AGENT}'`
  const args = ['-k', '5', String(LIMIT_SECONDS), 'unshare', ...namespaceFlags(), 'sh', '-c', inside]
  const { stdout } = spawnSync('timeout', args, { input, encoding: 'utf8' })
  const lines = stdout.split('\n').filter((line) => line !== '')
  return stories.map((_, at) => (at < lines.length ? (JSON.parse(lines[at]) as Told) : { error: 'no answer' }))
}

function unavailable(): string | undefined {
  const trial = 'ip link set lo up && python3 --version'
  const probe = spawnSync('timeout', ['5', 'unshare', ...namespaceFlags(), 'sh', '-c', trial], { encoding: 'utf8' })
  return probe.status === 0 ? undefined : (probe.stderr || 'unshare failed').trim()
}

/** A host of ours plays a story: P is its first process, and forks have the numbers after it. */
function onHost({ moves }: Story): string[] {
  const bench = createBench()
  const threads = new Map<ProcessName, number>()
  return moves.map((move) => {
    const name = 'again' in move ? move.again : move.on
    if ('call' in move) threads.set(name, made(bench, pidOf(name), numbered(move.call)))
    const said = answer(bench, pidOf(name), threads.get(name) ?? -1)
    run(bench, 100_000)
    return said
  })
}

const pidOf = (name: ProcessName): number => PID + PROCESSES.indexOf(name)
const nameOf = (pid: number): string => PROCESSES[pid - PID] ?? String(pid)

function numbered(call: Call): Call {
  if (!('pid' in call)) return call
  const name = PROCESSES.find((candidate) => candidate === call.pid)
  return name === undefined ? call : { ...call, pid: pidOf(name) }
}

function made(bench: HostBench, pid: number, call: Call): number {
  Object.assign(bench.recorder, { host: SERVER, socket: -1, cause: 0 })
  const before = new Set(bench.hosts[SERVER].threads.keys())
  const result = hostCall(bench.hosts[SERVER], pid, call, bench.io)
  if (!result.ok) throw new Error(result.error)
  const thread = [...bench.hosts[SERVER].threads.keys()].find((id) => !before.has(id)) ?? -1
  run(bench, 20_000)
  return thread
}

function answer(bench: HostBench, pid: number, id: number): string {
  const { threads, processes } = bench.hosts[SERVER]
  if (processes.get(pid)?.ended !== '') return 'gone'
  const last = threads.get(id)?.history.at(-1)
  if (last === undefined || last.returned === null) return 'blocked'
  return textOf(last)
}

function textOf({ name, returned }: CallView): string {
  if (returned === null) return 'blocked'
  const { value, errno, output } = returned
  if (errno !== '') return `= -1 ${errno}`
  if (name === 'fork') return `= ${nameOf(value)}`
  if (output?.kind === 'status') return `= ${nameOf(value)}, ${output.status}`
  if (output?.kind === 'sets') {
    const [read, write, except] = [output.read, output.write, output.except].map((fds) =>
      fds.map((fd) => ` ${fd}`).join(''),
    )
    return `= ${value} r${read} w${write} e${except}`
  }
  if (output?.kind !== 'events') return `= ${value}`
  const events = output.events.map(
    ({ data, events: bits }) => `${data}:${formatPollEvents(bits, 'POLL').replaceAll('POLL', '')}`,
  )
  return `= ${[value, ...events].join(' ')}`
}

function differences(story: Story, kernel: Told): string[] {
  if ('error' in kernel) return [`${story.name}: ${kernel.error}`]
  const ours = onHost(story)
  return story.moves.flatMap((move, at) => {
    if (ours[at] === kernel.answers[at]) return []
    return [`${story.name}: move ${at + 1}, ${moveName(move)}: ours ${ours[at]}, the kernel's ${kernel.answers[at]}`]
  })
}

function moveName(move: Move): string {
  return 'call' in move ? `${move.call.call} of ${move.on}` : `${move.again} once more`
}

const missing = unavailable()
if (missing !== undefined) console.log(`Not run: processes on the kernel: ${missing}`)

describe.skipIf(missing !== undefined)('processes on the kernel', () => {
  test(
    'every story goes as on Linux',
    () => {
      let wrong: readonly Story[] = STORIES
      let told: string[] = []
      for (let i = 0; i < TRIES && wrong.length > 0; i++) {
        const kernel = onKernel(wrong)
        const found = wrong.map((story, at) => differences(story, kernel[at]))
        told = found.flat()
        wrong = wrong.filter((_, at) => found[at].length > 0)
      }
      expect(told).toEqual([])
    },
    3 * LIMIT_SECONDS * 1_000,
  )
})
