/**
 * Bulk data over one bottleneck between two of our connections: a rate, a delay, a queue that drops what finds it full, and losses that the test
 * chooses. ACKs travel unhindered. What the sender thought is sampled every 10 ms.
 */
import type { Micros } from '../base'
import { readableBytes, receive, send } from '../tcp'
import type { Tcb } from '../tcp'
import type { Sysctl } from '../trace'
import { at, connected, eventsOf, pass, step } from './tcp-pair'
import type { Pair, PairEvent, Wire } from './tcp-pair'

const SECOND = 1_000_000
const SAMPLE = 10_000
const HEADERS = 52

export interface Bottleneck {
  readonly bitsPerSecond: number
  /** One way, µs. */
  readonly delay: Micros
  /** Packets that may wait behind the one in service. */
  readonly queue: number
  /** Whether the `index`-th data packet, from 0, is lost besides. */
  readonly loses?: (index: number) => boolean
  /** Whether a policer before the link drops the packet that comes at this moment. */
  readonly polices?: (now: Micros) => boolean
}

export interface BulkOptions {
  readonly congestion: string
  readonly seconds: number
  readonly sysctl?: Partial<Sysctl>
  /** Whether the application writes at this moment, µs since the start; it always does without. */
  readonly writes?: (since: Micros) => boolean
  readonly issA?: number
}

export interface BulkSample {
  /** µs since the connection was established. */
  readonly at: Micros
  readonly cwnd: number
  /** Bytes a second. */
  readonly pacingRate: number
  readonly srtt: Micros
  /** Data packets at the bottleneck, the one in service counted. */
  readonly waiting: number
  readonly bytesAcked: number
}

export interface BulkRun {
  readonly samples: readonly BulkSample[]
  readonly drops: number
  /** Mode changes of the algorithm: µs since the start, from, to, bytes a second, least round trip in µs. */
  readonly modes: readonly {
    readonly at: Micros
    readonly from: string
    readonly to: string
    readonly rate: number
    readonly minRtt: Micros
  }[]
  readonly events: readonly PairEvent[]
  readonly start: Micros
  readonly tcb: Tcb
  readonly counters: Readonly<Record<string, number>>
}

export function bulkRun(path: Bottleneck, options: BulkOptions): BulkRun {
  const leaves: Micros[] = []
  let pair: Pair | undefined
  let [drops, index] = [0, 0]
  const wire: Wire = ({ from, at: now, segment }) => {
    if (from !== 'a' || pair === undefined) return [0]
    while (leaves.length > 0 && leaves[0] <= now) leaves.shift()
    if (path.loses?.(index++) === true || path.polices?.(now) === true || leaves.length > path.queue) {
      drops++
      return []
    }
    const service = ((segment.payload.length + HEADERS) * 8 * SECOND) / path.bitsPerSecond
    const end = Math.round(Math.max(now, leaves.at(-1) ?? now) + service)
    leaves.push(end)
    return [end - now]
  }
  const { congestion, sysctl, issA } = options
  const ends = connected({ delay: path.delay, wire, config: { congestion }, sysctl, issA })
  pair = ends
  const start = ends.now
  const samples: BulkSample[] = []
  const chunk = new Uint8Array(65_536)
  while (ends.now < start + options.seconds * SECOND) {
    if (options.writes?.(ends.now - start) !== false) {
      at(ends, 'a', (tcb, io) => {
        while (send(tcb, chunk, io) > 0);
      })
    }
    at(ends, 'b', (tcb, io) => {
      if (readableBytes(tcb) > 0) receive(tcb, 1_000_000, false, io)
    })
    if (!step(ends)) pass(ends, SAMPLE)
    const due = Math.floor((ends.now - start) / SAMPLE)
    while (samples.length < due) samples.push(sample(ends, samples.length * SAMPLE, leaves))
  }
  const modes = eventsOf(ends, 'tcp/congestionModeChanged', 'a').map(({ at: when, args }) => ({
    at: when - start,
    from: ends.texts[args[0]],
    to: ends.texts[args[1]],
    rate: args[2],
    minRtt: args[3],
  }))
  return { samples, drops, modes, events: ends.events, start, tcb: ends.a.tcb, counters: ends.a.counters }
}

function sample({ a, now }: Pair, since: Micros, leaves: readonly Micros[]): BulkSample {
  const { congestion, rtt, totals } = a.tcb
  return {
    at: since,
    cwnd: congestion.cwnd,
    pacingRate: congestion.pacingRate,
    srtt: rtt.srtt,
    waiting: leaves.filter((leave) => leave > now).length,
    bytesAcked: totals.bytesAcked,
  }
}

/** Bytes a second that were acked between two moments of a run, µs since its start. */
export function goodput({ samples }: BulkRun, from: Micros, to: Micros): number {
  const [first, last] = [from, to].map((when) => samples[Math.min(samples.length - 1, Math.floor(when / SAMPLE))])
  return ((last.bytesAcked - first.bytesAcked) * SECOND) / (last.at - first.at)
}

/** The mean of a figure between two moments. */
export function meanOf(run: BulkRun, from: Micros, to: Micros, of: (sample: BulkSample) => number): number {
  const part = run.samples.filter((one) => one.at >= from && one.at < to)
  return part.reduce((sum, one) => sum + of(one), 0) / part.length
}
