/**
 * Two hosts on a bench: a clock, a queue and a bare wire with a fixed delay, nothing of sim or network. Calls are made by hand
 * and read back as text: `= 3`, `= -1 EAGAIN`, `blocked: receive buffer empty`.
 */
import { createEventHeap, peekEvent, peekTime, popEvent, pushEvent } from '../base'
import type { EventHeap, HeapEvent, Micros } from '../base'
import {
  createHost,
  hostCall,
  hostPacketArrives,
  hostSocketDeadline,
  hostSocketDue,
  hostThreadDue,
  startPrograms,
  viewHost,
} from '../host'
import type { Host, HostIo } from '../host'
import { DROP_REASONS, EVENT_FIELDS, TCP_STATES } from '../trace'
import type { Call, CallView, EventType, HostView, Recorder, SocketView, Step, Sysctl } from '../trace'
import { formatFlags } from '../wire'
import type { AnyPacket, IcmpPacket, Packet, UdpPacket } from '../wire'

export const CLIENT = 0
export const SERVER = 1
export const PID = 1_000
export const ADDRESSES = ['10.0.0.1', '10.0.0.2'] as const

export interface BenchEvent {
  readonly at: Micros
  readonly type: EventType
  readonly rule: string
  readonly host: number
  readonly socket: number
  readonly cause: number
  /** Fields by name; texts, states and drop reasons as words. */
  readonly fields: Readonly<Record<string, number | string>>
}

export interface HostBench {
  readonly hosts: Host[]
  readonly io: HostIo & { now: Micros }
  readonly recorder: Recorder
  readonly events: BenchEvent[]
  /** Every segment that left a host. */
  readonly packets: { readonly at: Micros; readonly from: number; readonly packet: Packet }[]
  /** Those that were no segments. */
  readonly others: { readonly at: Micros; readonly from: number; readonly packet: UdpPacket | IcmpPacket }[]
  readonly flying: Map<number, AnyPacket>
  /** Segments that this says yes to are lost, and other packets. */
  lose: (packet: Packet, from: number) => boolean
  loseOther: (packet: UdpPacket | IcmpPacket, from: number) => boolean
  delayMicros: Micros
  heap: EventHeap
}

export interface BenchOptions {
  readonly seed?: number
  readonly client?: Partial<Sysctl>
  readonly server?: Partial<Sysctl>
  readonly programs?: readonly [client: readonly Step[], server: readonly Step[]]
  readonly delayMicros?: Micros
}

/** Kinds of entry in the bench's queue. */
const PACKET = 0
const SOCKET = 1
export const THREAD = 2
/** The way of the one interface that each of them has. */
const ETH0 = 0

export function createBench(options: BenchOptions = {}): HostBench {
  const events: BenchEvent[] = []
  const texts: string[] = []
  let packets = 0
  let sockets = 0
  let threads = 0
  const recorder: Recorder = {
    host: -1,
    socket: -1,
    cause: -1,
    enabled: true,
    emit(type, rule, ...args) {
      const { host, socket, cause } = recorder
      events.push({ at: bench.io.now, type, rule, host, socket, cause, fields: decode(type, args.map(Number), texts) })
      return events.length - 1
    },
    text: (value) => texts.push(value) - 1,
    packet: () => packets++,
  }
  const sysctls = [options.client, options.server]
  const bench: HostBench = {
    hosts: ADDRESSES.map((address, index) =>
      createHost(
        {
          name: index === CLIENT ? 'client' : 'server',
          address,
          role: index === CLIENT ? 'client' : 'server',
          sysctl: sysctls[index] ?? {},
          programs: [{ name: 'program', startMicros: 0, steps: options.programs?.[index] ?? [] }],
        },
        index,
        options.seed ?? 1,
      ),
    ),
    events,
    recorder,
    packets: [],
    others: [],
    flying: new Map(),
    lose: () => false,
    loseOther: () => false,
    delayMicros: options.delayMicros ?? 10_000,
    heap: createEventHeap(),
    io: {
      now: 0,
      recorder,
      send: (packet, way) => {
        const sent = { at: bench.io.now, from: recorder.host }
        if (packet.segment === undefined) bench.others.push({ ...sent, packet })
        else bench.packets.push({ ...sent, packet })
        const loopback = way < 0
        const to = loopback ? recorder.host : 1 - recorder.host
        const lost =
          packet.segment === undefined ? bench.loseOther(packet, recorder.host) : bench.lose(packet, recorder.host)
        if (lost) return
        bench.flying.set(packet.id, packet)
        pushEvent(bench.heap, bench.io.now + (loopback ? 0 : bench.delayMicros), PACKET, to, packet.id)
      },
      scheduleSocket: (host, socket, at) => {
        pushEvent(bench.heap, at, SOCKET, host, socket)
      },
      scheduleThread: (host, thread, at) => {
        pushEvent(bench.heap, at, THREAD, host, thread)
      },
      link: () => ({ connected: true, mtuBytes: 0, icmpSilent: false }),
      neighbourAnswers: () => true,
      scheduleNeighbours: () => undefined,
      newSocketId: () => ++sockets,
      newThreadId: () => ++threads,
    },
  }
  recorder.cause = recorder.emit('sim/started', 'none', recorder.text('bench'))
  if (options.programs !== undefined) {
    for (const host of bench.hosts) {
      recorder.host = host.index
      startPrograms(host, bench.io)
    }
  }
  return bench
}

/** Lets everything happen that is due within `micros`, then sets the clock there. */
export function run(bench: HostBench, micros: Micros): void {
  const until = bench.io.now + micros
  while (peekTime(bench.heap) <= until && popEvent(bench.heap, popped)) {
    bench.io.now = popped.at
    dispatch(bench, popped.kind, popped.a, popped.b)
    discardStale(bench)
  }
  bench.io.now = until
}

function dispatch(bench: HostBench, kind: number, host: number, id: number): void {
  Object.assign(bench.recorder, { host, socket: -1, cause: -1 })
  if (kind === SOCKET) hostSocketDue(bench.hosts[host], id, bench.io)
  else if (kind === THREAD) hostThreadDue(bench.hosts[host], id, bench.io)
  else deliver(bench, host, id)
}

function deliver(bench: HostBench, host: number, id: number): void {
  const packet = bench.flying.get(id)
  if (packet === undefined) return
  bench.flying.delete(id)
  bench.recorder.cause = packet.sentEvent
  hostPacketArrives(bench.hosts[host], packet, ETH0, bench.io)
}

/** As the world does it: entries that lost their meaning go once they are at the front. */
function discardStale(bench: HostBench): void {
  while (peekEvent(bench.heap, top) && top.kind === SOCKET) {
    const deadline = hostSocketDeadline(bench.hosts[top.a], top.b)
    if (deadline <= top.at) return
    popEvent(bench.heap, top)
    if (deadline !== Number.POSITIVE_INFINITY) hostSocketDue(bench.hosts[top.a], top.b, bench.io)
  }
}

/** A packet that no host sent reaches `host` now. */
export function inject(
  bench: HostBench,
  host: number,
  packet: Omit<Packet, 'id' | 'sentEvent'> | Omit<IcmpPacket, 'id' | 'sentEvent'> | Omit<UdpPacket, 'id' | 'sentEvent'>,
): void {
  Object.assign(bench.recorder, { host, socket: -1, cause: 0 })
  const id = bench.recorder.packet(
    1 - host,
    new Uint8Array(0),
    0,
    packet.segment?.payload ?? packet.udp?.payload ?? new Uint8Array(0),
  )
  hostPacketArrives(bench.hosts[host], { ...packet, id, sentEvent: 0 }, ETH0, bench.io)
  run(bench, 0)
}

export interface Made {
  readonly host: number
  readonly thread: number
}

/** A click: makes the call and lets this instant pass. */
export function call(bench: HostBench, host: number, what: Call): Made {
  Object.assign(bench.recorder, { host, socket: -1, cause: -1 })
  bench.recorder.cause = bench.recorder.emit('user/acted', 'none', bench.recorder.text(what.call))
  const before = new Set(bench.hosts[host].threads.keys())
  const result = hostCall(bench.hosts[host], PID, what, bench.io)
  if (!result.ok) throw new Error(result.error)
  const thread = [...bench.hosts[host].threads.keys()].find((id) => !before.has(id)) ?? -1
  run(bench, 0)
  return { host, thread }
}

/** How a call stands: `= 3`, `= -1 EAGAIN`, `blocked: accept queue empty`. */
export function said(bench: HostBench, { host, thread }: Made): string {
  const { blocked } = bench.hosts[host].threads.get(thread)!
  if (blocked !== undefined) return `blocked: ${blocked.reason}`
  const { returned } = lastCall(bench, { host, thread })
  if (returned === null) return 'not made'
  return `= ${returned.value}${returned.errno === '' ? '' : ` ${returned.errno}`}`
}

export function lastCall(bench: HostBench, { host, thread }: Made): CallView {
  return bench.hosts[host].threads.get(thread)!.history.at(-1)!
}

/** Makes a call and says how it stands. */
export function does(bench: HostBench, host: number, what: Call): string {
  return said(bench, call(bench, host, what))
}

/** A listener on the server's port 80; returns its descriptor. */
export function listenOn80(bench: HostBench, backlog = 5): number {
  const fd = valueOf(bench, call(bench, SERVER, { call: 'socket' }))
  does(bench, SERVER, { call: 'bind', fd, port: 80 })
  does(bench, SERVER, { call: 'listen', fd, backlog })
  return fd
}

/** A client socket that begins to connect to the server's port 80; with `nonblock` the call returns at once. */
export function connectTo80(bench: HostBench, nonblock = false): { fd: number; made: Made } {
  const fd = valueOf(bench, call(bench, CLIENT, { call: 'socket', nonblock }))
  return { fd, made: call(bench, CLIENT, { call: 'connect', fd, address: ADDRESSES[SERVER], port: 80 }) }
}

/** A connection that is ESTABLISHED at both ends: the client's descriptor, the server's, and the listener's. */
export function connected(bench: HostBench): { client: number; server: number; listener: number } {
  const listener = listenOn80(bench)
  const { fd } = connectTo80(bench)
  run(bench, 4 * bench.delayMicros)
  const server = valueOf(bench, call(bench, SERVER, { call: 'accept', fd: listener }))
  return { client: fd, server, listener }
}

export function valueOf(bench: HostBench, made: Made): number {
  return lastCall(bench, made).returned?.value ?? -1
}

export function view(bench: HostBench, host: number): HostView {
  return viewHost(bench.hosts[host], bench.io.now)
}

/** The socket under a descriptor. */
export function socketAt(bench: HostBench, host: number, fd: number): SocketView {
  return view(bench, host).sockets.find((socket) => socket.descriptors.some((holder) => holder.fd === fd))!
}

export function states(bench: HostBench, host: number): string[] {
  return view(bench, host).sockets.map((socket) => socket.state)
}

export function counter(bench: HostBench, host: number, name: string): number {
  return bench.hosts[host].counters.get(name) ?? 0
}

export function eventsOf(bench: HostBench, type: EventType, host?: number): BenchEvent[] {
  return bench.events.filter((event) => event.type === type && (host === undefined || event.host === host))
}

/** What went over the wire: `client SYN`, `server SYN,ACK`. */
export function wire(bench: HostBench, since = 0): string[] {
  return bench.packets
    .slice(since)
    .map(({ from, packet }) => `${bench.hosts[from].name} ${formatFlags(packet.segment.flags)}`)
}

function decode(type: EventType, args: readonly number[], texts: readonly string[]): Record<string, number | string> {
  const names = Object.entries(EVENT_FIELDS[type])
  return Object.fromEntries(
    names.map(([name, kind], i) => {
      const value = args[i] ?? 0
      if (kind === 'text') return [name, texts[value]]
      if (kind === 'state') return [name, TCP_STATES[value]]
      return [name, kind === 'dropReason' ? DROP_REASONS[value] : value]
    }),
  )
}

const popped: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }
const top: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }
