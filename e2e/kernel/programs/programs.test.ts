/**
 * The ready-made programs on a real kernel: run.py runs the same compiled code with real system calls over loopback, and every thread of every program must
 * make the same calls in the same order, with the same values and errno. Left out of the comparison: pids, and how a stream was cut into recv()s, which is
 * the network's affair; what the programs take for messages is compared instead.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compileProgram, programSpec } from '../../../src/programs'
import type { ProgramSettings } from '../../../src/programs'
import { runPrograms } from '../../../src/testing/program-run'
import { namespaceFlags } from '../wire'

type Chosen = readonly [id: string, settings?: ProgramSettings, startMs?: number]

const RUN = fileURLToPath(new URL('./run.py', import.meta.url))

function unavailable(): string | undefined {
  const probe = spawnSync(
    'timeout',
    ['5', 'unshare', ...namespaceFlags(), 'python3', '-c', 'import select; select.epoll()'],
    { encoding: 'utf8' },
  )
  return probe.status === 0
    ? undefined
    : `a network namespace and python3 are needed: ${(probe.stderr || 'unshare failed').trim()}`
}

interface Line {
  /** Thread that made the call. */
  readonly who: string
  readonly entry: string
  readonly call?: string
  readonly value: number
  readonly errno: string
  readonly message?: string
}

function onKernel(server: Chosen, clients: readonly Chosen[], limitMs: number): readonly Line[] {
  const programs = [server, ...clients].map(([id, settings = {}, startMs = 0]) => {
    const isClient = programSpec(id, { server: '127.0.0.1' }, 0).ok
    const spec = programSpec(id, { ...settings, ...(isClient ? { server: '127.0.0.1' } : {}) }, startMs * 1_000)
    if (!spec.ok) throw new Error(spec.error)
    return compileProgram(spec.value)
  })
  const args = ['-k', '2', '30', 'unshare', ...namespaceFlags(), 'python3', '-B', RUN]
  const { stdout, stderr, status } = spawnSync('timeout', args, {
    input: JSON.stringify({ programs, limitMs }),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`run.py ended with ${status}: ${stderr}`)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

/** The same on two of our hosts, with a link that is nearly as quick as loopback. */
function onHosts(server: Chosen, clients: readonly Chosen[], limitMs: number): readonly Line[] {
  const start = (chosen: Chosen) => [chosen[0], chosen[1] ?? {}, (chosen[2] ?? 0) * 1_000] as const
  const run = runPrograms({
    server: [start(server)],
    client: clients.map(start),
    link: { rateBitsPerSecond: 0, delayMicros: 20 },
    untilMicros: limitMs * 1_000,
  })
  const entries = new Map<number, string>()
  return run.events.flatMap((event): Line[] => {
    if (event.type === 'host/threadStarted') entries.set(event.child, event.name)
    if (event.type !== 'host/returned' && event.type !== 'host/messageHandled') return []
    const line = { who: String(event.thread), entry: entries.get(event.thread) ?? 'main', value: 0, errno: '' }
    if (event.type === 'host/messageHandled') return [{ ...line, message: event.text }]
    return [{ ...line, call: event.call.split('(')[0], value: event.value, errno: event.errno }]
  })
}

/** strace's names for calls, as ours. */
const SAME_NAME: Readonly<Record<string, string>> = {
  epollCreate: 'epoll_create1',
  epollCtl: 'epoll_ctl',
  epollWait: 'epoll_wait',
  accept4: 'accept',
  signal: 'sigaction',
  sendto: 'send',
}

/** What each thread did, as `name = value errno` in order; the threads in no order. */
function stories(lines: readonly Line[], withReads = true): string[] {
  const threads = new Map<string, string[]>()
  for (const { who, entry, call, value, errno } of lines) {
    if (call === undefined) continue
    const name = SAME_NAME[call] ?? call
    if (name === 'recv' && !withReads) continue
    const told = threads.get(who) ?? [entry]
    threads.set(who, told)
    told.push(`${name} = ${name === 'fork' && value > 0 ? 'pid' : value}${errno === '' ? '' : ` ${errno}`}`)
  }
  return [...threads.values()].map((told) => told.join('; ')).toSorted()
}

function messages(lines: readonly Line[]): string[] {
  return lines.flatMap(({ message }) => (message === undefined ? [] : [message]))
}

/** Real time may get between two calls: what differs is run again. */
const TRIES = 3

function agree(ours: readonly string[], kernel: () => readonly string[]): void {
  let theirs = kernel()
  for (let i = 1; i < TRIES && JSON.stringify(theirs) !== JSON.stringify(ours); i++) theirs = kernel()
  expect(ours).toEqual(theirs)
}

const missing = unavailable()
if (missing !== undefined) console.log(`Not run: programs on the kernel: ${missing}`)

describe.skipIf(missing !== undefined)('programs on the kernel', () => {
  const echo: Chosen = ['echo-client', { count: 3, size: 200, interval: 30 }, 200]
  test.each<[string, Chosen, readonly Chosen[], number]>([
    ['echo server', ['echo-server'], [echo], 700],
    ['iterative server', ['iterative-server'], [echo, ['echo-client', { count: 1, interval: 0 }, 260]], 800],
    ['fork per client', ['fork-server'], [echo], 700],
    ['thread per client', ['thread-server'], [echo], 700],
    ['epoll loop', ['epoll-server'], [echo, ['echo-client', { count: 2, size: 50, interval: 45 }, 450]], 800],
    ['never accepts', ['never-accepts'], [['echo-client', { count: 1 }, 200]], 500],
    [
      'never closes',
      ['never-closes'],
      [
        ['bulk-sender', { size: 100 }, 200],
        ['bulk-sender', { size: 100 }, 300],
      ],
      600,
    ],
    ['client that tries again', ['echo-server', {}, 600], [['retry-client', { first: 50, longest: 200 }, 200]], 1_200],
    ['client that gives up', ['never-accepts', { port: 81 }], [['retry-client', { first: 10, tries: 3 }, 100]], 400],
    [
      'heartbeat',
      ['heartbeat-server', { timeout: 300 }],
      [['heartbeat-client', { interval: 100, timeout: 250 }, 200]],
      650,
    ],
    ['heartbeat that fails', ['never-accepts'], [['heartbeat-client', { interval: 100, timeout: 250 }, 200]], 900],
  ])('%s: the same calls return the same', (_, server, clients, limitMs) => {
    agree(stories(onHosts(server, clients, limitMs)), () => stories(onKernel(server, clients, limitMs)))
  })

  test.each(['length', 'line'])('framing by %s: the same messages', (kind) => {
    const server: Chosen = [`${kind}-reader`, { size: 11 }]
    const clients: readonly Chosen[] = [[`${kind}-sender`, { count: 12 }, 200]]
    const ours = onHosts(server, clients, 600)
    const facts = (lines: readonly Line[]): string[] => [...messages(lines), ...stories(lines, false)]
    agree(facts(ours), () => facts(onKernel(server, clients, 600)))
    expect(messages(ours)).toHaveLength(12)
  })
})
