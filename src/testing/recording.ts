/**
 * What a Linux kernel's sender did on a link, ACK by ACK (recordings/*.csv, made by e2e/kernel/record.py from the tracepoint tcp:tcp_probe), and a
 * connection of ours that is given the same ACKs at the same microseconds. The sending program never has too little to send.
 */
import { readFileSync } from 'node:fs'
import { seq32, seqAdd, seqDiff } from '../base'
import type { Micros } from '../base'
import { connect, createTcb, defaultConfig, nextDeadline, segmentArrives, send, timersExpire } from '../tcp'
import type { Tcb, TcpIo } from '../tcp'
import { currentSsthresh } from '../tcp/recovery'
import { LINUX_SYSCTL } from '../trace'
import type { SendPurpose } from '../trace'
import { ACK, NO_OPTIONS, SYN } from '../wire'
import type { TcpOptions, TcpSegment } from '../wire'

export interface Recording {
  readonly meta: {
    readonly congestion: string
    readonly mtu: number
    readonly hz: number
    readonly sysctl: readonly string[]
    /** The kernel's clock when the SYN left, µs: its ticks count from 0. */
    readonly synAt: Micros
    /** µs from the SYN to the SYN,ACK, and what that carried. */
    readonly answerAfter: Micros
    readonly answerWindow: number
    readonly mss: number
    readonly scale: number | null
    readonly sackPermitted: boolean | null
    readonly timestamps: boolean
  }
  readonly rows: readonly Row[]
  /** Sequence numbers that were sent again, in their order, relative to the ISN. */
  readonly resent: readonly number[]
}

interface Row {
  /** µs since the row before. */
  readonly after: Micros
  readonly acked: number
  readonly window: number
  /** TSecr, ms since the SYN's TSval. */
  readonly echo: number
  /** Blocks, counted from the ACK number. */
  readonly sacks: readonly (readonly [number, number])[]
  /** As they stood before the ACK. */
  readonly before: string
  readonly flight: number
}

/** Reads recordings/`name`.csv. */
export function readRecording(name: string): Recording {
  const text = readFileSync(new URL(`./recordings/${name}.csv`, import.meta.url), 'ascii')
  const lines = text.trim().split('\n')
  const meta = JSON.parse(lines[0].slice(2)) as Recording['meta']
  const resent: number[] = []
  let una = 1
  const rows = lines.slice(2).map((line): Row => {
    const [after, acked, window, echo, sacks, cwnd, ssthresh, flight, again] = line.split(',')
    una += Number(acked)
    if (again !== '') resent.push(...again.split(' ').map((offset) => una + Number(offset)))
    return {
      after: Number(after),
      acked: Number(acked),
      window: Number(window),
      echo: Number(echo),
      sacks: sacks === '' ? [] : sacks.split(' ').map((block) => block.split(':').map(Number) as [number, number]),
      before: told(cwnd, ssthresh),
      flight: Number(flight),
    }
  })
  return { meta, rows, resent }
}

function told(cwnd: number | string, ssthresh: number | string): string {
  return `cwnd ${cwnd} ssthresh ${ssthresh}`
}

const ISS = seq32(0xfff0_0000)
const IRS = seq32(90_000)
const AGAIN: readonly SendPurpose[] = ['fastRetransmit', 'timeoutRetransmit', 'tailLossProbe']
const CHUNK = new Uint8Array(65_536)

export interface Replayed {
  /** One line for each ACK: what the sender was before it. */
  readonly ours: readonly string[]
  readonly theirs: readonly string[]
  /** As in the recording. */
  readonly resent: readonly number[]
  /** Bytes in flight before each ACK, ours less theirs. */
  readonly moreInFlight: readonly number[]
}

/** Gives our sender the recorded ACKs. */
export function replaySender({ meta, rows }: Recording): Replayed {
  const { tcb, io, resent } = sender(meta)
  connect(tcb, io)
  const clock = (): number => Math.floor(io.now / 1_000)
  const started = clock()
  let una = ISS
  const arrive = (after: Micros, flags: number, window: number, echo: number, options: Partial<TcpOptions>): void => {
    advance(tcb, io, io.now + after)
    segmentArrives(tcb, segmentOf(flags, una, window, { ...timestamps(clock(), echo), ...options }), 0, io)
    fill(tcb, io)
  }
  const timestamps = (value: number, echo: number): Partial<TcpOptions> =>
    meta.timestamps ? { timestamps: { value: value >>> 0, echo: (started + echo) >>> 0 } } : {}

  una = seqAdd(ISS, 1)
  arrive(meta.answerAfter, SYN | ACK, meta.answerWindow, 0, {
    mss: meta.mss,
    windowScale: meta.scale ?? undefined,
    sackPermitted: meta.sackPermitted === true,
  })
  const ours: string[] = []
  const moreInFlight: number[] = []
  for (const row of rows) {
    advance(tcb, io, io.now + row.after)
    const ssthresh = currentSsthresh(tcb)
    ours.push(told(tcb.congestion.cwnd, Number.isFinite(ssthresh) ? ssthresh : ''))
    moreInFlight.push(seqDiff(tcb.snd.nxt, tcb.snd.una) - row.flight)
    una = seqAdd(una, row.acked)
    const from = una
    const sack = row.sacks.map(([start, end]) => ({ start: seqAdd(from, start), end: seqAdd(from, end) }))
    arrive(0, ACK, row.window, row.echo, { sack })
  }
  return { ours, theirs: rows.map((row) => row.before), resent, moreInFlight }
}

function sender(meta: Recording['meta']): { tcb: Tcb; io: TcpIo & { now: Micros }; resent: number[] } {
  const sysctl = {
    ...LINUX_SYSCTL,
    tcp_wmem: [4_096, 16_777_216, 16_777_216] as const,
    hz: meta.hz,
    tcp_congestion_control: meta.congestion,
    tcp_sack: meta.sackPermitted === true ? 1 : 0,
    tcp_timestamps: meta.timestamps ? 1 : 0,
  }
  const tcb = createTcb({
    socket: 1,
    passive: false,
    local: { address: 1, port: 1_000 },
    remote: { address: 2, port: 80 },
    iss: ISS,
    config: defaultConfig(sysctl),
    sysctl,
    timestampOffset: 0,
    mtu: meta.mtu,
  })
  const resent: number[] = []
  const io: TcpIo & { now: Micros } = {
    now: meta.synAt,
    sysctl,
    recorder: { host: 0, socket: 1, cause: -1, enabled: true, emit: () => 0, text: () => 0, packet: () => 0 },
    count: () => {},
    transmit(_, segment, purpose) {
      if (AGAIN.includes(purpose) && segment.payload.length > 0) resent.push(seqDiff(segment.seq, ISS))
      return 0
    },
    admit: () => 'accept',
    wake: () => {},
  }
  return { tcb, io, resent }
}

function segmentOf(flags: number, ack: TcpSegment['ack'], window: number, options: Partial<TcpOptions>): TcpSegment {
  const seq = (flags & SYN) === 0 ? seqAdd(IRS, 1) : IRS
  const ports = { srcPort: 80, dstPort: 1_000 }
  return {
    ...ports,
    seq,
    ack,
    flags,
    window,
    urgentPointer: 0,
    options: { ...NO_OPTIONS, ...options },
    payload: CHUNK.subarray(0, 0),
  }
}

/** Time passes; timers that run out on the way fire. */
function advance(tcb: Tcb, io: TcpIo & { now: Micros }, until: Micros): void {
  while (nextDeadline(tcb) <= until) {
    io.now = nextDeadline(tcb)
    timersExpire(tcb, io)
    fill(tcb, io)
  }
  io.now = until
}

function fill(tcb: Tcb, io: TcpIo): void {
  while (send(tcb, CHUNK, io) > 0);
}
