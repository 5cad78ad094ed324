/**
 * Round-trip times of every connection, folded from the trace as it grows: each sample that the sender took (Karn: none of segments sent again
 * without timestamps), the smoothed value, its variance and the timeout that came of them (RFC 6298), and the timeouts that happened.
 * And what went out and what was acknowledged, as running totals, from which any stretch's rate is a subtraction.
 */
import { EVENT_CODE, eventArg, TIMER_KINDS } from '../../trace'
import type { Trace } from '../../trace'

/** One entry in each list for each sample; µs. */
export interface RttSamples {
  readonly at: number[]
  readonly sample: number[]
  readonly srtt: number[]
  readonly rto: number[]
  readonly event: number[]
}

/** A retransmission timer that ran out, and how long it had run. */
export interface Expiry {
  readonly at: number
  readonly afterMicros: number
  readonly count: number
  readonly event: number
}

/** Bytes up to and with each entry: a rate is the difference of two over the time between. */
export interface Total {
  readonly at: number[]
  readonly bytes: number[]
}

export interface PathPicture {
  readonly host: number
  readonly samples: RttSamples
  readonly expiries: Expiry[]
  /** Payload that was sent, retransmissions with it. */
  readonly sent: Total
  /** Payload that was acknowledged for the first time. */
  readonly acknowledged: Total
}

/** What packets found before them in the queues of the links that one host sends into. */
export interface QueueSamples {
  readonly at: number[]
  readonly waiting: number[]
  readonly event: number[]
}

export interface PathFold {
  seen: number
  /** By socket. */
  readonly pictures: Map<number, PathPicture>
  /** By sending host. */
  readonly queues: Map<number, QueueSamples>
}

export function createPathFold(): PathFold {
  return { seen: 0, pictures: new Map(), queues: new Map() }
}

const RETRANSMIT = TIMER_KINDS.indexOf('retransmit')

/** Takes in the events that the trace grew by. */
export function advancePath(fold: PathFold, trace: Trace): void {
  const { events } = trace
  for (; fold.seen < events.count; fold.seen++) {
    const i = fold.seen
    const at = events.at[i]
    switch (events.type[i]) {
      case EVENT_CODE['tcp/rttMeasured']: {
        const { samples } = pictureOf(fold, trace, i)
        samples.at.push(at)
        samples.sample.push(eventArg(events, i, 0))
        samples.srtt.push(eventArg(events, i, 1))
        samples.rto.push(eventArg(events, i, 3))
        samples.event.push(i)
        break
      }
      case EVENT_CODE['tcp/timerFired']:
        if (eventArg(events, i, 0) === RETRANSMIT) {
          const afterMicros = eventArg(events, i, 2) * 1_000
          pictureOf(fold, trace, i).expiries.push({ at, afterMicros, count: eventArg(events, i, 1), event: i })
        }
        break
      case EVENT_CODE['tcp/segmentSent']:
        if (events.socket[i] >= 0) add(pictureOf(fold, trace, i).sent, at, eventArg(events, i, 2))
        break
      case EVENT_CODE['tcp/acknowledged']:
        add(pictureOf(fold, trace, i).acknowledged, at, eventArg(events, i, 1))
        break
      case EVENT_CODE['link/packetQueued']:
        noteQueue(fold, trace, i)
        break
      default:
    }
  }
}

function pictureOf(fold: PathFold, { events }: Trace, index: number): PathPicture {
  const socket = events.socket[index]
  let picture = fold.pictures.get(socket)
  if (picture === undefined) {
    picture = {
      host: events.host[index],
      samples: { at: [], sample: [], srtt: [], rto: [], event: [] },
      expiries: [],
      sent: { at: [], bytes: [] },
      acknowledged: { at: [], bytes: [] },
    }
    fold.pictures.set(socket, picture)
  }
  return picture
}

function add({ at, bytes }: Total, when: number, more: number): void {
  if (more === 0) return
  at.push(when)
  bytes.push((bytes.at(-1) ?? 0) + more)
}

function noteQueue(fold: PathFold, { events }: Trace, index: number): void {
  const host = events.host[index]
  const queue = fold.queues.get(host) ?? { at: [], waiting: [], event: [] }
  if (queue.at.length === 0) fold.queues.set(host, queue)
  queue.at.push(events.at[index])
  queue.waiting.push(eventArg(events, index, 2))
  queue.event.push(index)
}
