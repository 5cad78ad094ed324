/**
 * Two connections and a wire between them: a virtual clock, a fixed delay, and a script that may lose, repeat or hold back each segment. No host, no
 * queue of a link: what shows here is TCP alone. Everything that was sent and recorded is kept. Segments are written as tcpdump would, with
 * sequence numbers relative to each side's ISN.
 */
import { createEventHeap, NEVER, peekTime, popEvent, pushEvent, seq32, seqDiff } from '../base'
import type { EventHeap, HeapEvent, Micros, Seq32 } from '../base'
import {
  acceptSyn,
  close,
  connect,
  createTcb,
  defaultConfig,
  nextDeadline,
  receive,
  segmentArrives,
  send,
  timersExpire,
} from '../tcp'
import type { Tcb, TcpConfig, TcpIo } from '../tcp'
import { DROP_REASONS, LINUX_SYSCTL, TCP_STATES, TRANSITIONS, WAIT_REASONS } from '../trace'
import type { DropReason, EventType, Recorder, RuleName, SendPurpose, Sysctl, TcpState, WaitReason } from '../trace'
import { ACK, flagLetters, NO_OPTIONS, segmentLength, SYN } from '../wire'
import type { TcpOptions, TcpSegment } from '../wire'

export type End = 'a' | 'b'

/** One segment that left an end. */
export interface OnWire {
  readonly at: Micros
  readonly from: End
  readonly segment: TcpSegment
  readonly purpose: SendPurpose
  /** How many this end had sent before it. */
  readonly index: number
  /** ECN bits of the IP header as it left. */
  readonly codepoint: number
}

/** What becomes of a segment: delays after which copies of it arrive, beyond the wire's own. [] loses it, [0] is the normal course. */
export type Wire = (sent: OnWire) => readonly Micros[]

export interface PairEvent {
  readonly at: Micros
  readonly end: End
  readonly type: EventType
  readonly rule: RuleName
  readonly cause: number
  readonly args: readonly number[]
}

export interface PairOptions {
  /** One way, µs. */
  readonly delay?: Micros
  readonly wire?: Wire
  /** ECN bits with which a segment arrives. */
  readonly mark?: (sent: OnWire) => number
  readonly sysctl?: Partial<Sysctl>
  readonly config?: Partial<TcpConfig>
  readonly configB?: Partial<TcpConfig>
  readonly sysctlB?: Partial<Sysctl>
  readonly mtu?: number
  /** The accept queue's answer at b. */
  readonly admit?: () => 'accept' | 'drop' | 'reset'
  /** b makes an active open too. */
  readonly bothActive?: boolean
  readonly issA?: number
  readonly issB?: number
}

export interface Side {
  tcb: Tcb
  readonly io: TcpIo & { now: Micros }
  readonly counters: Record<string, number>
  wakes: number
  sent: number
}

export interface Pair {
  readonly a: Side
  readonly b: Side
  readonly log: OnWire[]
  readonly events: PairEvent[]
  readonly texts: string[]
  wire: Wire
  mark: (sent: OnWire) => number
  now: Micros
  /** What segmentArrives last answered. */
  outcome: 'done' | 'newSyn'
  readonly delay: Micros
  readonly heap: EventHeap
  readonly flying: Map<number, { readonly to: End; readonly segment: TcpSegment; readonly codepoint: number }>
  next: number
}

const ARRIVAL = 0
const A_PORT = 1_000
const B_PORT = 80
/** Both start where nothing is 0, so that a forgotten value shows. */
const START: Micros = 1_000_000

/** A pair in CLOSED; `b` is passive unless told otherwise and takes the first SYN as a listener would. */
export function tcpPair(options: PairOptions = {}): Pair {
  const pair: Pair = {
    log: [],
    events: [],
    texts: [],
    wire: options.wire ?? (() => [0]),
    mark: options.mark ?? ((sent) => sent.codepoint),
    now: START,
    outcome: 'done',
    delay: options.delay ?? 10_000,
    heap: createEventHeap(),
    flying: new Map(),
    next: 0,
    a: undefined as unknown as Side,
    b: undefined as unknown as Side,
  }
  const make = (end: End): Side => makeSide(pair, end, options)
  Object.assign(pair, { a: make('a'), b: make('b') })
  return pair
}

function makeSide(pair: Pair, end: End, options: PairOptions): Side {
  const first = end === 'a'
  const sysctl = { ...LINUX_SYSCTL, ...options.sysctl, ...(first ? {} : options.sysctlB) }
  const local = { address: first ? 1 : 2, port: first ? A_PORT : B_PORT }
  const remote = { address: first ? 2 : 1, port: first ? B_PORT : A_PORT }
  const tcb = createTcb({
    socket: first ? 1 : 2,
    passive: !first && options.bothActive !== true,
    local,
    remote,
    iss: seq32(first ? (options.issA ?? 0xffff_f000) : (options.issB ?? 70_000)),
    config: { ...defaultConfig(sysctl), ...options.config, ...(first ? {} : options.configB) },
    sysctl,
    timestampOffset: first ? 500 : 90_000,
    mtu: options.mtu ?? 1_500,
  })
  const side: Side = { tcb, io: undefined as unknown as Side['io'], counters: {}, wakes: 0, sent: 0 }
  const io: TcpIo & { now: Micros } = {
    now: pair.now,
    sysctl,
    recorder: makeRecorder(pair, end),
    count: (counter, by = 1) => {
      side.counters[counter] = (side.counters[counter] ?? 0) + by
    },
    transmit: (from, segment, purpose) => transmit(pair, end, side, segment, purpose, from.ecn.codepoint),
    admit: options.admit ?? (() => 'accept'),
    wake: () => {
      side.wakes++
    },
  }
  return Object.assign(side, { io })
}

function makeRecorder(pair: Pair, end: End): Recorder {
  const recorder: Recorder = {
    host: end === 'a' ? 0 : 1,
    socket: end === 'a' ? 1 : 2,
    cause: -1,
    enabled: true,
    emit(type, rule, ...args) {
      pair.events.push({ at: pair.now, end, type, rule, cause: recorder.cause, args: args.map((word) => word ?? 0) })
      return pair.events.length - 1
    },
    text: (value) => pair.texts.push(value) - 1,
    packet: () => 0,
  }
  return recorder
}

function transmit(
  pair: Pair,
  from: End,
  side: Side,
  segment: TcpSegment,
  purpose: SendPurpose,
  codepoint: number,
): number {
  const sent: OnWire = { at: pair.now, from, segment, purpose, index: side.sent++, codepoint }
  const number = pair.log.push(sent) - 1
  const length = segment.payload.length
  const event = side.io.recorder.emit('tcp/segmentSent', 'none', number, segment.seq, length, segment.flags)
  for (const extra of pair.wire(sent)) {
    fly(pair, { to: from === 'a' ? 'b' : 'a', segment, codepoint: pair.mark(sent) }, pair.delay + extra)
  }
  return event
}

function fly(
  pair: Pair,
  flight: { readonly to: End; readonly segment: TcpSegment; readonly codepoint: number },
  delay: Micros,
): void {
  const id = pair.next++
  pair.flying.set(id, flight)
  pushEvent(pair.heap, pair.now + delay, ARRIVAL, id, 0)
}

/** Puts a hand-made segment before one end, as if it had just arrived there. */
export function inject(pair: Pair, to: End, segment: TcpSegment, codepoint = 0): void {
  arrive(pair, to, segment, codepoint)
}

function arrive(pair: Pair, to: End, segment: TcpSegment, codepoint: number): void {
  const side = pair[to]
  side.io.now = pair.now
  const opens = side.tcb.state === 'CLOSED' && side.tcb.passive && (segment.flags & (SYN | ACK)) === SYN
  if (opens && side.tcb.irs === 0) acceptSyn(side.tcb, segment, side.io, codepoint)
  else pair.outcome = segmentArrives(side.tcb, segment, pair.next, side.io, codepoint)
}

/** Does something at one end, at the present time. */
export function at<T>(pair: Pair, end: End, act: (tcb: Tcb, io: TcpIo) => T): T {
  const side = pair[end]
  side.io.now = pair.now
  return act(side.tcb, side.io)
}

/** When something next happens by itself. */
export function nextEvent(pair: Pair): Micros {
  return Math.min(peekTime(pair.heap), nextDeadline(pair.a.tcb), nextDeadline(pair.b.tcb))
}

/** Lets one thing happen. False when nothing will. */
export function step(pair: Pair): boolean {
  const next = nextEvent(pair)
  if (next === NEVER) return false
  pair.now = Math.max(pair.now, next)
  if (peekTime(pair.heap) <= next && popEvent(pair.heap, popped)) {
    const flight = pair.flying.get(popped.a)
    pair.flying.delete(popped.a)
    if (flight !== undefined) arrive(pair, flight.to, flight.segment, flight.codepoint)
    return true
  }
  const end = nextDeadline(pair.a.tcb) <= next ? 'a' : 'b'
  at(pair, end, timersExpire)
  return true
}

/** Runs until `until` (absolute), or until nothing is left to happen. */
export function runTo(pair: Pair, until: Micros): void {
  while (nextEvent(pair) <= until) step(pair)
  if (Number.isFinite(until)) pair.now = Math.max(pair.now, until)
}

/** Lets this much time pass. */
export function pass(pair: Pair, micros: Micros): void {
  runTo(pair, pair.now + micros)
}

/** Steps until `done` holds; throws after `limit` steps without it. */
export function runUntil(pair: Pair, done: () => boolean, limit = 100_000): void {
  for (let i = 0; !done(); i++) {
    if (i >= limit || !step(pair))
      throw new Error(`it never happened; a is ${pair.a.tcb.state}, b is ${pair.b.tcb.state}`)
  }
}

/** A pair whose handshake is done. The log is empty again. */
export function connected(options: PairOptions = {}): Pair {
  const pair = tcpPair(options)
  at(pair, 'a', connect)
  runUntil(pair, () => pair.a.tcb.state === 'ESTABLISHED' && pair.b.tcb.state === 'ESTABLISHED')
  pair.log.length = 0
  return pair
}

/** `count` bytes whose values tell their places in the stream, `from` on. */
export function pattern(from: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (from + i) % 251)
}

/** Whether two byte arrays hold the same: much faster than a matcher on each element. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false
  return true
}

/** Writes bytes at one end; returns how many were taken. */
export function write(pair: Pair, end: End, bytes: Uint8Array): number {
  return at(pair, end, (tcb, io) => send(tcb, bytes, io))
}

/** Reads at one end. */
export function read(pair: Pair, end: End, max = 1_000_000): Uint8Array {
  return at(pair, end, (tcb, io) => receive(tcb, max, false, io))
}

export function shut(pair: Pair, end: End): void {
  at(pair, end, close)
}

/** A segment for `to`, from its peer, with numbers relative to the ISNs as `told` writes them. */
export function craft(
  pair: Pair,
  to: End,
  what: {
    readonly flags: number
    /** Relative; the peer's SND.NXT unless given. */
    readonly seq?: number
    /** Relative; the end's SND.NXT unless given. */
    readonly ack?: number
    readonly window?: number
    readonly payload?: Uint8Array
    readonly options?: Partial<TcpOptions>
  },
): TcpSegment {
  const me = pair[to].tcb
  const peer = pair[to === 'a' ? 'b' : 'a'].tcb
  const seq = what.seq === undefined ? peer.snd.nxt : seq32(peer.iss + what.seq)
  const ack = what.ack === undefined ? me.snd.nxt : seq32(me.iss + what.ack)
  return {
    srcPort: me.remote.port,
    dstPort: me.local.port,
    seq,
    ack: (what.flags & ACK) === 0 ? (0 as Seq32) : ack,
    flags: what.flags,
    window: what.window ?? 500,
    urgentPointer: 0,
    options: { ...NO_OPTIONS, ...what.options },
    payload: what.payload ?? new Uint8Array(0),
  }
}

/** The log as tcpdump would print it: `a > S 0:0`, `b > S. 0:0 ack 1`, `a > P. 1:101 ack 1`. */
export function told(pair: Pair, from = 0): string[] {
  return pair.log.slice(from).map((sent) => tell(pair, sent))
}

function tell(pair: Pair, { from, segment }: OnWire): string {
  const me = pair[from].tcb
  const peer = pair[from === 'a' ? 'b' : 'a'].tcb
  const start = seqDiff(segment.seq, me.iss)
  const acked = (segment.flags & ACK) === 0 ? '' : ` ack ${seqDiff(segment.ack, peer.iss)}`
  const range = `${start}:${start + segment.payload.length}`
  return `${from} > ${flagLetters(segment.flags)} ${range}${acked}`
}

/** States that one end went through, in order. */
export function walked(pair: Pair, end: End): string[] {
  return eventsOf(pair, 'tcp/stateChanged', end).map((event) => TRANSITIONS[event.args[2]].id)
}

export function statesOf(pair: Pair, end: End): TcpState[] {
  return eventsOf(pair, 'tcp/stateChanged', end).map((event) => TCP_STATES[event.args[1]])
}

export function eventsOf(pair: Pair, type: EventType, end?: End): PairEvent[] {
  return pair.events.filter((event) => event.type === type && (end === undefined || event.end === end))
}

/** Why segments were ignored at one end, in order. */
export function drops(pair: Pair, end: End): DropReason[] {
  return eventsOf(pair, 'tcp/segmentDropped', end).map((event) => DROP_REASONS[event.args[1]])
}

export function waits(pair: Pair, end: End): WaitReason[] {
  return eventsOf(pair, 'tcp/waiting', end).map((event) => WAIT_REASONS[event.args[0]])
}

/** Segments of an end that carry data or SYN or FIN. */
export function substantial(pair: Pair, end: End): OnWire[] {
  return pair.log.filter((sent) => sent.from === end && segmentLength(sent.segment) > 0)
}

const popped: HeapEvent = { at: 0, kind: 0, a: 0, b: 0 }
