/**
 * The congestion series of every connection, folded from the trace as it grows: the sender's variables at each change, and the marks of
 * losses and retransmissions. Columns, because a long run has a hundred thousand samples.
 */
import { CA_STATES, EVENT_CODE, eventArg, SEND_PURPOSES } from '../../trace'
import type { CaState, Trace } from '../../trace'

export interface Samples {
  count: number
  at: Float64Array
  /** Segments. */
  cwnd: Float64Array
  /** Segments; infinity where there is none yet. */
  ssthresh: Float64Array
  /** Bytes. */
  flight: Float64Array
  /** Bytes. */
  window: Float64Array
  /** Place in CONGESTION_PHASES. */
  phase: Uint8Array
  event: Int32Array
}

export interface LossMark {
  readonly at: number
  readonly event: number
  readonly kind: 'lost' | 'retransmitted' | 'noticed'
}

/** The congestion-avoidance state (Linux icsk_ca_state) from `at` on; Open before the first. */
export interface CaChange {
  readonly at: number
  readonly event: number
  readonly state: CaState
}

export interface SeriesFold {
  seen: number
  /** By socket. */
  readonly samples: Map<number, Samples>
  readonly marks: Map<number, LossMark[]>
  readonly caStates: Map<number, CaChange[]>
  /** The socket that sent each packet. */
  readonly senders: Map<number, number>
}

export function createSeriesFold(): SeriesFold {
  return { seen: 0, samples: new Map(), marks: new Map(), caStates: new Map(), senders: new Map() }
}

const RETRANSMISSIONS = new Set(
  (['fastRetransmit', 'timeoutRetransmit', 'tailLossProbe'] as const).map((purpose) => SEND_PURPOSES.indexOf(purpose)),
)
const INFINITE = 0xffff_ffff
/** Packets remembered with their sender: a lost one is lost soon after it was sent. */
const REMEMBERED = 20_000

/** Takes in the events that the trace grew by. */
export function advanceSeries(fold: SeriesFold, trace: Trace): void {
  const { events } = trace
  for (; fold.seen < events.count; fold.seen++) {
    const index = fold.seen
    const socket = events.socket[index]
    switch (events.type[index]) {
      case EVENT_CODE['tcp/sampled']:
        addSample(fold, trace, index)
        break
      case EVENT_CODE['tcp/segmentSent']:
        remember(fold, eventArg(events, index, 0), socket)
        if (RETRANSMISSIONS.has(eventArg(events, index, 4))) addMark(fold, trace, index, socket, 'retransmitted')
        break
      case EVENT_CODE['link/packetLost']: {
        const sender = fold.senders.get(eventArg(events, index, 0))
        if (sender !== undefined) addMark(fold, trace, index, sender, 'lost')
        break
      }
      case EVENT_CODE['tcp/caStateChanged']:
        addCaChange(fold, trace, index)
        if (eventArg(events, index, 1) >= 2) addMark(fold, trace, index, socket, 'noticed')
        break
      default:
    }
  }
}

function remember(fold: SeriesFold, packet: number, socket: number): void {
  fold.senders.set(packet, socket)
  if (fold.senders.size <= REMEMBERED) return
  const [oldest] = fold.senders.keys()
  fold.senders.delete(oldest)
}

function addMark(fold: SeriesFold, trace: Trace, index: number, socket: number, kind: LossMark['kind']): void {
  const marks = fold.marks.get(socket) ?? []
  if (marks.length === 0) fold.marks.set(socket, marks)
  marks.push({ at: trace.events.at[index], event: index, kind })
}

function addCaChange(fold: SeriesFold, { events }: Trace, index: number): void {
  const socket = events.socket[index]
  const changes = fold.caStates.get(socket) ?? []
  if (changes.length === 0) fold.caStates.set(socket, changes)
  changes.push({ at: events.at[index], event: index, state: CA_STATES[eventArg(events, index, 1)] })
}

function addSample(fold: SeriesFold, trace: Trace, index: number): void {
  const { events } = trace
  let samples = fold.samples.get(events.socket[index])
  if (samples === undefined) {
    samples = createSamples()
    fold.samples.set(events.socket[index], samples)
  }
  if (samples.count === samples.at.length) widenSamples(samples)
  const i = samples.count++
  const ssthresh = eventArg(events, index, 1)
  samples.at[i] = events.at[index]
  samples.cwnd[i] = eventArg(events, index, 0)
  samples.ssthresh[i] = ssthresh === INFINITE ? Number.POSITIVE_INFINITY : ssthresh
  samples.flight[i] = eventArg(events, index, 2)
  samples.window[i] = eventArg(events, index, 3)
  samples.phase[i] = eventArg(events, index, 4)
  samples.event[i] = index
}

function createSamples(): Samples {
  return {
    count: 0,
    at: new Float64Array(64),
    cwnd: new Float64Array(64),
    ssthresh: new Float64Array(64),
    flight: new Float64Array(64),
    window: new Float64Array(64),
    phase: new Uint8Array(64),
    event: new Int32Array(64),
  }
}

function widenSamples(samples: Samples): void {
  const size = samples.at.length * 2
  for (const column of ['at', 'cwnd', 'ssthresh', 'flight', 'window'] as const) {
    const wider = new Float64Array(size)
    wider.set(samples[column])
    samples[column] = wider
  }
  const phase = new Uint8Array(size)
  phase.set(samples.phase)
  samples.phase = phase
  const event = new Int32Array(size)
  event.set(samples.event)
  samples.event = event
}
