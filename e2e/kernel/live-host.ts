/**
 * One of our hosts on the real clock, with a real kernel at the other end of its wire. It is driven as sim/world.ts drives hosts; only
 * the clock and the wire differ. Between them stands a link of ours in each direction, so that loss, reordering and duplication are
 * seeded and fall on packets that the kernel has already sent or not yet seen.
 */
import { createEventHeap, createPrng, nextChance, NEVER, peekTime, popEvent, pushEvent } from '../../src/base'
import type { HeapEvent, Prng } from '../../src/base'
import { createHost, hostPacketArrives, hostSocketDue, hostThreadDue, startPrograms, viewHost } from '../../src/host'
import type { Host, HostIo } from '../../src/host'
import { createRecorder } from '../../src/sim'
import { createTrace, readEvent } from '../../src/trace'
import type { HostView, Step, Sysctl, Trace } from '../../src/trace'
import { decodePacket, encodePacket } from '../../src/wire'
import type { Packet } from '../../src/wire'
import type { KernelWire } from './wire'

export interface WireFaults {
  readonly seed: number
  readonly loss: number
  readonly duplicate: number
  /** Chance that a packet is held back by `reorderMs`. */
  readonly reorder: number
  readonly reorderMs: number
  readonly delayMs: number
}

export const CLEAN_WIRE: WireFaults = { seed: 1, loss: 0, duplicate: 0, reorder: 0, reorderMs: 0, delayMs: 0 }

export interface LiveHost {
  readonly host: Host
  readonly trace: Trace
  /** Resolves once every program of ours has ended, or when `limitMs` is over. */
  run(limitMs: number): Promise<void>
  view(): HostView
  /** Bytes that our connections took in order. */
  bytesAccepted(): number
  /** `state A > B` and calls with what they returned, for a failing test to print. */
  story(): string
}

const SOCKET = 1
const THREAD = 2

/** A host of ours at `address` that runs one program against the kernel behind `wire`. */
export function liveHost(
  wire: KernelWire,
  address: string,
  steps: readonly Step[],
  options: { readonly sysctl?: Partial<Sysctl>; readonly faults?: WireFaults } = {},
): LiveHost {
  const trace = createTrace()
  const recorder = createRecorder(trace)
  const heap = createEventHeap()
  const faults = options.faults ?? CLEAN_WIRE
  const random = createPrng(faults.seed, 'kernel wire')
  const began = process.hrtime.bigint()
  const spec = {
    name: 'ours',
    address,
    role: 'other' as const,
    sysctl: options.sysctl ?? {},
    programs: [{ name: 'test', startMicros: 0, steps }],
  }
  const host = createHost(spec, 0, faults.seed)
  let nextId = 1
  const io: HostIo & { now: number } = {
    now: 0,
    recorder,
    send: (packet) => {
      const bytes = encodePacket(packet.ip, packet.segment)
      carry(faults, random, () => {
        wire.send(bytes)
      })
    },
    scheduleSocket: (_, socket, at) => {
      pushEvent(heap, at, SOCKET, socket, 0)
    },
    scheduleThread: (_, thread, at) => {
      pushEvent(heap, at, THREAD, thread, 0)
    },
    newSocketId: () => nextId++,
    newThreadId: () => nextId++,
  }
  const enter = (): void => {
    io.now = Number((process.hrtime.bigint() - began) / 1000n)
    recorder.now = io.now
    recorder.host = 0
    recorder.socket = -1
    recorder.cause = -1
  }
  const due: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }
  const turn = (): void => {
    enter()
    while (peekTime(heap) <= io.now) {
      popEvent(heap, due)
      enter()
      if (due.kind === SOCKET) hostSocketDue(host, due.a, io)
      else hostThreadDue(host, due.a, io)
    }
  }
  wire.onPacket = (bytes) => {
    const decoded = decodePacket(bytes)
    if (!decoded.ok) return
    const { ip, segment } = decoded.value
    carry(faults, random, () => {
      enter()
      const packet: Packet = { id: -1, ip, segment, damaged: undefined, length: bytes.length, sentEvent: -1 }
      hostPacketArrives(host, packet, io)
      turn()
    })
  }
  enter()
  startPrograms(host, io)
  return {
    host,
    trace,
    view: () => {
      enter()
      return viewHost(host, io.now)
    },
    bytesAccepted: () => bytesAccepted(trace),
    story: () => story(trace),
    run: (limitMs) =>
      new Promise((resolve) => {
        const end = Date.now() + limitMs
        const beat = setInterval(() => {
          turn()
          const { processes } = viewHost(host, io.now)
          const idle = processes.every(({ threads }) => threads.every(({ current }) => current === ''))
          const quiet = peekTime(heap) === NEVER || peekTime(heap) > io.now + 1_000_000
          if ((idle && quiet) || Date.now() > end) {
            clearInterval(beat)
            resolve()
          }
        }, 1)
      }),
  }
}

/** Takes one packet over the faulty part of the wire. */
function carry(faults: WireFaults, random: Prng, deliver: () => void): void {
  const lost = nextChance(random, faults.loss)
  const doubled = nextChance(random, faults.duplicate)
  const late = nextChance(random, faults.reorder) ? faults.reorderMs : 0
  if (lost) return
  for (let copy = 0; copy < (doubled ? 2 : 1); copy++) {
    if (faults.delayMs + late === 0) deliver()
    else setTimeout(deliver, faults.delayMs + late)
  }
}

function bytesAccepted(trace: Trace): number {
  let total = 0
  for (let i = 0; i < trace.events.count; i++) {
    const event = readEvent(trace, i)
    if (event.type === 'tcp/dataAccepted') total += event.bytes
  }
  return total
}

function story(trace: Trace): string {
  const lines: string[] = []
  for (let i = 0; i < trace.events.count; i++) {
    const event = readEvent(trace, i)
    const at = `${(event.at / 1000).toFixed(1)} ms`.padStart(12)
    if (event.type === 'tcp/stateChanged') lines.push(`${at}  ${event.from} > ${event.to}`)
    else if (event.type === 'host/returned') lines.push(`${at}  ${event.call} = ${event.value} ${event.errno}`)
    else if (event.type === 'tcp/segmentDropped') lines.push(`${at}  dropped: ${event.reason}`)
  }
  return lines.slice(-60).join('\n')
}
