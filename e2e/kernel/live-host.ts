/**
 * One of our hosts on the real clock, with a real kernel at the other end of its wire. It is driven as sim/world.ts drives hosts; only
 * the clock and the far end differ. Between them stands a link of ours (the `network` room), so that loss, reordering, duplication,
 * corruption, delay and rate are seeded, and no loss looks to the kernel like an error of its own.
 */
import { createHash } from 'node:crypto'
import { createEventHeap, NEVER, peekTime, popEvent, pushEvent, seqAdd, seqDiff } from '../../src/base'
import type { HeapEvent, Seq32 } from '../../src/base'
import {
  createHost,
  ipConfigs,
  hostPacketArrives,
  hostSocketDue,
  hostThreadDue,
  startPrograms,
  viewHost,
} from '../../src/host'
import type { Host, HostIo } from '../../src/host'
import { createNetwork, linkOfWay, packetDue, submitPacket } from '../../src/network'
import type { Network, NetworkIo } from '../../src/network'
import { createRecorder } from '../../src/sim'
import type { TraceRecorder } from '../../src/sim'
import { createTrace, readEvent } from '../../src/trace'
import type { EventOf, EventType, HostView, LinkSettings, Step, Sysctl, Trace, WorldSpec } from '../../src/trace'
import { decodeContents, packetBytes, packetParts } from '../../src/wire'
import type { AnyPacket, PacketContents } from '../../src/wire'
import type { KernelWire } from './wire'

export interface LiveOptions {
  readonly sysctl?: Partial<Sysctl>
  /** What the wire does in each direction; a wire without faults or delay unless given. */
  readonly toKernel?: Partial<LinkSettings>
  readonly fromKernel?: Partial<LinkSettings>
  readonly seed?: number
  /** Programs that run beside the first one. */
  readonly beside?: readonly (readonly Step[])[]
}

export interface LiveHost {
  readonly host: Host
  readonly trace: Trace
  /** Resolves once every program of ours has ended and nothing is due within a second, or when `limitMs` is over. */
  run(limitMs: number): Promise<void>
  /** Resolves as soon as this holds, or when `limitMs` is over. Says whether it held. */
  runUntil(holds: () => boolean, limitMs: number): Promise<boolean>
  view(): HostView
  /** How many bytes our connections took in order, and their MD5 in order of arrival. */
  received(): { readonly bytes: number; readonly md5: string }
  /** Events of one type so far. */
  events<T extends EventType>(type: T): EventOf<T>[]
  /** States that our sockets went to, in order. */
  states(): string[]
  /** `state A > B` and calls with what they returned, for a failing test to print. */
  story(): string
}

const PACKET = 0
const SOCKET = 1
const THREAD = 2
const OURS = 0
const KERNEL = 1
/** The two ends of their link. */
const OURS_WAY = 0
const KERNEL_WAY = 1

const PLAIN_WIRE: LinkSettings = {
  rateBitsPerSecond: 0,
  delayMicros: 0,
  jitterMicros: 0,
  queuePackets: 10_000,
  loss: 0,
  reorder: 0,
  reorderMicros: 0,
  duplicate: 0,
  corrupt: 0,
}

/** A host of ours at `address` that runs `steps` against the kernel at `peer`, behind `wire`. */
export function liveHost(
  wire: KernelWire,
  address: string,
  peer: string,
  steps: readonly Step[],
  options: LiveOptions = {},
): LiveHost {
  const trace = createTrace()
  const recorder = createRecorder(trace)
  const spec = specFor(address, peer, [steps, ...(options.beside ?? [])], options)
  const live = connectHost(wire, spec, recorder)
  return {
    host: live.host,
    trace,
    view: () => {
      live.enter()
      return viewHost(live.host, live.io.now)
    },
    received: () => ({ bytes: live.reader.bytes, md5: live.reader.digest.copy().digest('hex') }),
    events: (type) => eventsOf(trace, type),
    states: () => eventsOf(trace, 'tcp/stateChanged').map(({ to }) => to),
    story: () => story(trace),
    runUntil: (holds, limitMs) => wait(live, holds, limitMs),
    run: async (limitMs) => {
      await wait(live, () => isThrough(live), limitMs)
    },
  }
}

function specFor(
  address: string,
  peer: string,
  programs: readonly (readonly Step[])[],
  options: LiveOptions,
): WorldSpec {
  const all = programs.map((steps, index) => ({ name: `test ${index}`, startMicros: 0, steps }))
  const sysctl = options.sysctl ?? {}
  return {
    scenario: 'a kernel at the other end',
    seed: options.seed ?? 1,
    hosts: [
      { name: 'ours', address, role: 'other', sysctl, programs: all },
      { name: 'kernel', address: peer, role: 'other', sysctl: {}, programs: [] },
    ],
    links: [
      {
        a: OURS,
        b: KERNEL,
        aToB: { ...PLAIN_WIRE, ...options.toKernel },
        bToA: { ...PLAIN_WIRE, ...options.fromKernel },
      },
    ],
    faults: [],
    actions: [],
  }
}

interface Live {
  readonly host: Host
  readonly io: HostIo & { now: number }
  readonly heap: ReturnType<typeof createEventHeap>
  readonly reader: Reader
  /** Sets the clock. */
  enter(): void
  /** Does everything that is due. */
  turn(): void
}

function connectHost(wire: KernelWire, spec: WorldSpec, recorder: TraceRecorder): Live {
  const began = process.hrtime.bigint()
  const heap = createEventHeap()
  const network = createNetwork(spec)
  const host = createHost(spec.hosts[OURS], OURS, spec.seed, ipConfigs(spec)[OURS])
  const networkIo: NetworkIo & { now: number } = {
    now: 0,
    recorder,
    schedule: (packet, version, at) => {
      pushEvent(heap, at, PACKET, packet, version)
    },
    newPacket: (from, packet) => {
      return register(recorder, from, packet)
    },
  }
  let nextId = 1
  const io: HostIo & { now: number } = {
    now: 0,
    recorder,
    send: (packet, way) => {
      submitPacket(network, OURS, packet, way, networkIo)
    },
    link: (way) => linkOfWay(network, way),
    neighbourAnswers: () => true,
    scheduleNeighbours: () => undefined,
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
    networkIo.now = io.now
    Object.assign(recorder, { now: io.now, host: OURS, socket: -1, cause: -1 })
  }
  const reader: Reader = { digest: createHash('md5'), bytes: 0, next: new Map() }
  const due: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }
  const turn = (): void => {
    enter()
    while (peekTime(heap) <= io.now) {
      popEvent(heap, due)
      enter()
      if (due.kind === SOCKET) hostSocketDue(host, due.a, io)
      else if (due.kind === THREAD) hostThreadDue(host, due.a, io)
      else arrive(network, due.a, due.b, networkIo, wire, (packet) => hostPacketArrives(host, packet, OURS_WAY, io))
      readStreams(host, reader)
    }
  }
  wire.onPacket = (bytes) => {
    const decoded = decodeContents(bytes)
    if (!decoded.ok) return
    enter()
    recorder.host = KERNEL
    const id = register(recorder, KERNEL, decoded.value)
    submitPacket(
      network,
      KERNEL,
      { ...decoded.value, id, damaged: undefined, length: bytes.length, sentEvent: -1 },
      KERNEL_WAY,
      networkIo,
    )
    turn()
  }
  enter()
  startPrograms(host, io)
  return { host, io, heap, reader, enter, turn }
}

function register(recorder: TraceRecorder, from: number, packet: PacketContents): number {
  const { header, payload } = packetParts(packet)
  return recorder.packet(from, header, header.length, payload)
}

/** The end of a packet's way over the link: into our host, or on to the kernel. */
function arrive(
  network: Network,
  packet: number,
  version: number,
  io: NetworkIo,
  wire: KernelWire,
  deliver: (packet: AnyPacket) => void,
): void {
  const outcome = packetDue(network, packet, version, io)
  if (outcome === undefined || outcome === 'lost') return
  const { packet: arrived } = outcome
  if (outcome.to === OURS) deliver(arrived)
  else wire.send(arrived.damaged ?? packetBytes(arrived))
}

/** Programs at their end, and no timer close enough to wait for. */
function isThrough({ host, io, heap }: Live): boolean {
  const { processes } = viewHost(host, io.now)
  const idle = processes.every(({ threads }) => threads.every(({ current }) => current === ''))
  return idle && (peekTime(heap) === NEVER || peekTime(heap) > io.now + 1_000_000)
}

function wait(live: Live, holds: () => boolean, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = Date.now() + limitMs
    const beat = (): void => {
      live.turn()
      const done = holds()
      if (done || Date.now() > end) {
        resolve(done)
        return
      }
      if (peekTime(live.heap) <= live.io.now) setImmediate(beat)
      else setTimeout(beat, 1)
    }
    beat()
  })
}

interface Reader {
  readonly digest: ReturnType<typeof createHash>
  bytes: number
  /** By socket: RCV.NXT when it was last looked at. */
  readonly next: Map<number, Seq32>
}

/** Takes what has newly come in order out of every connection's buffer, before a program reads it away. */
function readStreams(host: Host, reader: Reader): void {
  for (const { tcb } of host.sockets.values()) {
    if (tcb === undefined || tcb.irs === 0) continue
    let next = reader.next.get(tcb.socket) ?? seqAdd(tcb.irs, 1)
    for (const { seq, bytes } of tcb.receiveChunks) {
      const known = Math.max(0, seqDiff(next, seq))
      if (known >= bytes.length) continue
      reader.digest.update(bytes.subarray(known))
      reader.bytes += bytes.length - known
      next = seqAdd(seq, bytes.length)
    }
    reader.next.set(tcb.socket, next)
  }
}

function eventsOf<T extends EventType>(trace: Trace, type: T): EventOf<T>[] {
  const found: EventOf<T>[] = []
  for (let i = 0; i < trace.events.count; i++) {
    const event = readEvent(trace, i)
    if (event.type === type) found.push(event as EventOf<T>)
  }
  return found
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
