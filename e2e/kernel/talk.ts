/**
 * What every test against the kernel needs: a namespace with a small python program as the kernel's application, a host of ours before it, and what
 * both of them say. The programs are a few lines of python, passed to the shell; they print what the test asks for.
 */
import { describe } from 'vitest'
import type { LinkSettings, Step } from '../../src/trace'
import { liveHost } from './live-host'
import type { LiveHost, LiveOptions } from './live-host'
import { kernelUnavailable, openKernel } from './wire'
import type { KernelWire } from './wire'

export const OURS = '10.77.0.1'
export const KERNEL = '10.77.0.2'

/** A link with a millisecond or two each way that loses, doubles, reorders and damages packets. */
export const BAD_WIRE: Partial<LinkSettings> = {
  delayMicros: 1_000,
  loss: 0.005,
  duplicate: 0.005,
  reorder: 0.01,
  reorderMicros: 3_000,
  corrupt: 0.001,
}

/** The suite, or, where no kernel can be reached, the same tests as skipped, with the reason in the name and on the output. */
export function describeWithKernel(name: string, suite: () => void): void {
  const missing = kernelUnavailable()
  if (missing !== undefined) console.log(`Not run: ${name}: ${missing}`)
  describe.skipIf(missing !== undefined)(missing === undefined ? name : `${name} (not run: ${missing})`, suite)
}

/** A python program for the kernel's side, on one line of shell. */
export function python(...lines: readonly string[]): string {
  const text = ['import socket, hashlib, struct, sys, time, threading', ...lines].join('\n')
  return `exec python3 -c '${text.replaceAll("'", '"')}'`
}

/** Waits for our connection on port 80: `c` is its socket. */
export const ACCEPT = [
  's = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)',
  's.bind(("", 80)); s.listen(5); print("listening", flush=True); c, _ = s.accept()',
]
/** Connects to our port 7 once the test says that it listens: `c` is its socket. */
export const CONNECT = [
  'print("listening", flush=True); c = socket.socket()',
  'for i in range(200):',
  '    try:',
  `        c.connect(("${OURS}", 7)); break`,
  '    except ConnectionRefusedError: time.sleep(0.01); c = socket.socket()',
]
/** Takes another congestion control where the kernel allows it to this user. */
export const prefer = (algorithm: string): string[] => [
  'try: c.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"' + algorithm + '")',
  'except OSError: pass',
]
/** Reads to the end, tells how many bytes and their digest. */
export const READ_ALL = [
  'h = hashlib.md5(); n = 0',
  'while True:',
  '    data = c.recv(1 << 16)',
  '    if not data: break',
  '    n += len(data); h.update(data)',
  'print("read", n, h.hexdigest(), flush=True)',
]
/** Closes with a reset. */
export const RESET = 'c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); c.close()'

export interface Talk extends LiveHost {
  readonly wire: KernelWire
  /** What the kernel's program has printed. */
  said(): string
  /** Exit code of the kernel's program; 'still running' after `limitMs`. */
  code(limitMs?: number): Promise<number | string>
  /** `ss` of the kernel for the one connection, with its details. */
  ss(): Promise<string>
}

export interface TalkOptions extends LiveOptions {
  /** Sysctls of the kernel, `net.ipv4.tcp_sack=0`. */
  readonly kernelSysctl?: readonly string[]
}

/** Runs `kernelProgram` in a namespace and `steps` on a host of ours before it, lets `act` look on, and ends both, whatever happens. */
export async function talk<T>(
  kernelProgram: string,
  steps: readonly Step[],
  options: TalkOptions,
  act: (talk: Talk) => Promise<T>,
): Promise<T> {
  const wire = openKernel({
    address: KERNEL,
    peer: OURS,
    run: kernelProgram,
    limitSeconds: 110,
    // Whatever the machine's default may be; a namespace may always choose reno.
    sysctl: ['net.ipv4.tcp_congestion_control=reno', ...(options.kernelSysctl ?? [])],
  })
  try {
    // What the kernel sends before our host is up waits, and finds a host whose programs have begun.
    const early: Uint8Array[] = []
    wire.onPacket = (packet) => {
      early.push(packet)
    }
    await said(wire, 'listening', 30_000)
    const live = liveHost(wire, OURS, KERNEL, steps, options)
    await live.runUntil(() => true, 0)
    for (const packet of early) wire.onPacket(packet)
    return await act({
      ...live,
      wire,
      said: () => wire.output(),
      code: (limitMs = 5_000) => codeOf(live, wire, limitMs),
      ss: () => answered(live, wire.shell('ss -tinmoOH state connected')),
    })
  } finally {
    wire.close()
  }
}

/** Waits until the kernel's program has printed this. */
async function said(wire: KernelWire, word: string, limitMs: number): Promise<void> {
  const end = Date.now() + limitMs
  while (!wire.output().includes(word)) {
    if (Date.now() > end) throw new Error(`The kernel's program did not say ${word}, but: ${wire.output()}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
}

/** Keeps our host alive while something is awaited: the kernel may still need its answers. */
async function answered<T>(live: LiveHost, promise: Promise<T>): Promise<T> {
  let done = false
  const noted = promise.finally(() => {
    done = true
  })
  await live.runUntil(() => done, 20_000)
  return noted
}

async function codeOf(live: LiveHost, wire: KernelWire, limitMs: number): Promise<number | string> {
  let code: number | string = 'still running'
  void wire.ended.then((value) => {
    code = value
  })
  await live.runUntil(() => code !== 'still running', limitMs)
  return code
}

/** Resolves once a connection of ours has been opened and nothing has happened to it for a while. */
export async function settled(live: LiveHost): Promise<void> {
  await live.runUntil(() => live.states().includes('ESTABLISHED'), 20_000)
  let [events, since] = [-1, Date.now()]
  await live.runUntil(() => {
    if (events !== live.trace.events.count) [events, since] = [live.trace.events.count, Date.now()]
    return Date.now() - since > 300
  }, 20_000)
}

/** Our program: connects to the kernel's port 80 and goes on. */
export function connectAnd(...rest: readonly Step[]): Step[] {
  return [{ call: 'socket', as: 's' }, { call: 'connect', fd: 's', address: KERNEL, port: 80 }, ...rest]
}

/** Our program: accepts one connection on port 7 and goes on. */
export function acceptAnd(...rest: readonly Step[]): Step[] {
  return [
    { call: 'socket', as: 'l' },
    { call: 'bind', fd: 'l', port: 7 },
    { call: 'listen', fd: 'l', backlog: 5 },
    { call: 'accept', fd: 'l', as: 's' },
    ...rest,
  ]
}

export const readToEnd: Step = {
  repeat: 'forever',
  untilClosed: true,
  steps: [{ call: 'recv', fd: 's', bytes: 65_536 }],
}
export const halfClose: Step = { call: 'shutdown', fd: 's', how: 'SHUT_WR' }
export const closeIt: Step = { call: 'close', fd: 's' }
