/**
 * One sender on a bench: an established connection whose peer is the test. The test writes, says which ACKs arrive and lets time pass; the bench
 * keeps what was sent, what was recorded and what was counted. Sequence numbers in and out are relative: 1 is the first byte of data.
 */
import { assert, seq32, seqAdd, seqDiff } from '../base'
import type { Micros } from '../base'
import { NO_OPTIONS, SYN } from '../wire'
import { ACK } from '../wire'
import type { TcpSegment } from '../wire'
import { EVENT_FIELDS, LINUX_SYSCTL } from '../trace'
import type { EventType, RuleName, SendPurpose, Sysctl, TcpState, TimerKind } from '../trace'
import { createTcb, defaultConfig } from '../tcp/create'
import type { TcpIo } from '../tcp/io'
import { processAck } from '../tcp/sender/ack'
import type { AckVerdict } from '../tcp/sender/ack'
import { established } from '../tcp/sender/established'
import { afterInput } from '../tcp/sender/hold'
import { syncMss } from '../tcp/sender/mss'
import { writeBytes } from '../tcp/sender/write'
import type { WriteOptions } from '../tcp/sender/write'
import {
  pacingTimerFires,
  persistTimerFires,
  reorderTimerFires,
  retransmitTimerFires,
  synAckTimerFires,
  tailLossTimerFires,
} from '../tcp/sender/timeouts'
import { queueFin, transmitPending } from '../tcp/sender/transmit'
import type { Tcb, TcpConfig } from '../tcp/tcb'
import { nextDeadline } from '../tcp/timers'

export interface Sent {
  readonly at: Micros
  readonly seq: number
  readonly length: number
  readonly flags: number
  readonly purpose: SendPurpose
  readonly segment: TcpSegment
}

export interface BenchEvent {
  readonly at: Micros
  readonly type: EventType
  readonly rule: RuleName
  readonly cause: number
  readonly args: readonly number[]
}

export interface SenderBench {
  readonly tcb: Tcb
  readonly io: TcpIo & { now: Micros }
  readonly sent: Sent[]
  readonly events: BenchEvent[]
  readonly texts: string[]
  readonly counters: Record<string, number>
  wakes: number
}

export interface BenchOptions {
  readonly sysctl?: Partial<Sysctl>
  readonly config?: Partial<TcpConfig>
  readonly sack?: boolean
  readonly timestamps?: boolean
  /** Payload of a full segment. */
  readonly mss?: number
  /** Window that the peer offers at first, bytes; no scaling. */
  readonly window?: number
  readonly state?: TcpState
  readonly passive?: boolean
}

const ISS = seq32(0xffff_0000)
const IRS = seq32(5_000)

/** Round-trip time that the handshake measured: ms. */
export const HANDSHAKE_RTT: Micros = 100_000

/** A connection just established, `HANDSHAKE_RTT` after its SYN left; at that moment the clock stands at 1 s. */
export function senderBench(options: BenchOptions = {}): SenderBench {
  const bench = bareBench(options)
  const { tcb, io } = bench
  tcb.state = options.state ?? 'ESTABLISHED'
  const una = seqAdd(ISS, 1)
  Object.assign(tcb.snd, { una, up: una, nxt: una, end: una, smallEnd: ISS, pushed: una })
  Object.assign(tcb.snd, { wnd: options.window ?? 1_000_000, maxWnd: options.window ?? 1_000_000, wl1: seqAdd(IRS, 1) })
  syncMss(tcb, tcb.path.synced, io)
  tcb.irs = IRS
  Object.assign(tcb.rcv, {
    nxt: seqAdd(IRS, 1),
    wup: seqAdd(IRS, 1),
    copied: seqAdd(IRS, 1),
    wnd: 65_000,
    farthestEdge: seqAdd(IRS, 65_001),
  })
  const srtt = HANDSHAKE_RTT
  Object.assign(tcb.rtt, {
    srtt,
    mdev: srtt / 2,
    rttvar: srtt / 2,
    mdevMax: srtt / 2,
    rto: srtt + 2 * srtt,
    rttSeq: ISS,
  })
  Object.assign(tcb.rtt, { minRtt: srtt, minRttAt: io.now })
  established(tcb, io)
  return bench
}

/** A connection in CLOSED, for tests of the opening. */
export function bareBench(options: BenchOptions = {}): SenderBench {
  const sysctl = { ...LINUX_SYSCTL, ...options.sysctl }
  const mss = options.mss ?? 1_000
  const tcb = createTcb({
    socket: 1,
    passive: options.passive ?? false,
    local: { address: 1, port: 1_000 },
    remote: { address: 2, port: 2_000 },
    iss: ISS,
    config: { ...defaultConfig(sysctl), sndbuf: 4_000_000, sndbufLocked: true, ...options.config },
    sysctl,
    timestampOffset: 0,
    mtu: mss + 40 + (options.timestamps === true ? 12 : 0),
  })
  tcb.negotiated = { sack: options.sack ?? true, timestamps: options.timestamps ?? false, windowScale: false }
  tcb.mssClamp = tcb.path.mtu - 40
  tcb.smss = mss
  tcb.mssNow = mss
  const sent: Sent[] = []
  const events: BenchEvent[] = []
  const texts: string[] = []
  const counters: Record<string, number> = {}
  const bench: SenderBench = {
    tcb,
    io: benchIo(sysctl, sent, events, texts, counters),
    sent,
    events,
    texts,
    counters,
    wakes: 0,
  }
  bench.io.wake = () => bench.wakes++
  return bench
}

function benchIo(
  sysctl: Sysctl,
  sent: Sent[],
  events: BenchEvent[],
  texts: string[],
  counters: Record<string, number>,
): TcpIo & { now: Micros } {
  const io: TcpIo & { now: Micros } = {
    now: 1_000_000,
    sysctl,
    recorder: {
      host: 0,
      socket: 1,
      cause: -1,
      enabled: true,
      emit(type, rule, ...args) {
        assert(args.length === Object.keys(EVENT_FIELDS[type]).length, `${type} takes other fields`)
        events.push({ at: io.now, type, rule, cause: io.recorder.cause, args: args.map((value) => value ?? 0) })
        return events.length - 1
      },
      text: (value) => texts.push(value) - 1,
      packet: () => 0,
    },
    count(counter, by = 1) {
      counters[counter] = (counters[counter] ?? 0) + by
    },
    transmit(tcb, segment, purpose) {
      const length = segment.payload.length
      sent.push({ at: io.now, seq: seqDiff(segment.seq, tcb.iss), length, flags: segment.flags, purpose, segment })
      return io.recorder.emit('tcp/segmentSent', 'none', 0, segment.seq, length, segment.flags, 0)
    },
    admit: () => 'accept',
    wake: () => {},
  }
  return io
}

/** The application writes `count` bytes; each byte is its position modulo 251. Returns how many were taken. */
export function write(bench: SenderBench, count: number, options: WriteOptions = {}): number {
  const { tcb, io } = bench
  const from = seqDiff(tcb.snd.end, tcb.iss)
  const bytes = new Uint8Array(count)
  for (let i = 0; i < count; i++) bytes[i] = (from + i) % 251
  const taken = writeBytes(tcb, bytes, io, options)
  afterInput(tcb, io)
  return taken
}

/** The application closes. */
export function finish(bench: SenderBench): void {
  queueFin(bench.tcb, bench.io)
  afterInput(bench.tcb, bench.io)
}

export interface AckOptions {
  /** Relative ranges [start, end). */
  readonly sack?: readonly (readonly [number, number])[]
  readonly window?: number
  /** TSecr: virtual ms. */
  readonly echo?: number
  readonly flags?: number
}

/** An ACK of everything before relative `ack` arrives now. */
export function ack(bench: SenderBench, relative: number, options: AckOptions = {}): AckVerdict {
  const { tcb, io } = bench
  const at = (n: number) => seqAdd(tcb.iss, n)
  const segment: TcpSegment = {
    srcPort: 2_000,
    dstPort: 1_000,
    seq: tcb.rcv.nxt,
    ack: at(relative),
    flags: ACK | (options.flags ?? 0),
    window: options.window ?? tcb.snd.wnd,
    urgentPointer: 0,
    options: {
      ...NO_OPTIONS,
      sack: (options.sack ?? []).map(([start, end]) => ({ start: at(start), end: at(end) })),
      timestamps: options.echo === undefined ? undefined : { value: 0, echo: options.echo },
    },
    payload: new Uint8Array(0),
  }
  tcb.lastReceivedAt = io.now
  const verdict = processAck(tcb, segment, io)
  if ((segment.flags & SYN) === 0) transmitPending(tcb, io)
  afterInput(tcb, io)
  return verdict
}

const FIRES: Partial<Record<TimerKind, (tcb: Tcb, io: TcpIo) => void>> = {
  retransmit: retransmitTimerFires,
  persist: persistTimerFires,
  tailLoss: tailLossTimerFires,
  reorder: reorderTimerFires,
  synAck: synAckTimerFires,
  pacing: pacingTimerFires,
}

/** Lets time pass up to `until`, firing the sender's timers on the way. */
export function runUntil(bench: SenderBench, until: Micros): void {
  const { tcb, io } = bench
  while (nextDeadline(tcb) <= until) {
    io.now = nextDeadline(tcb)
    for (const [kind, timer] of Object.entries(tcb.timers)) {
      if (timer.deadline > io.now) continue
      timer.deadline = Number.POSITIVE_INFINITY
      FIRES[kind as TimerKind]?.(tcb, io)
    }
    afterInput(tcb, io)
  }
  io.now = until
}

/** Lets `micros` pass. */
export function pass(bench: SenderBench, micros: Micros): void {
  runUntil(bench, bench.io.now + micros)
}

/** Takes what was sent since the last time: relative sequence numbers of segments with data or FIN. */
export function takeSent(bench: SenderBench): number[] {
  return bench.sent.splice(0).map((one) => one.seq)
}
