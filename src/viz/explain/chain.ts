/**
 * Why an event happened: the chain of its causes back to a person's click or a program's call, shortened to what a reader
 * can take in. A retransmission also shows the loss that it repairs, which caused it although nothing in the stack saw it.
 */
import { EVENT_FIELDS, EVENT_TYPES, readEvent } from '../../trace'
import type { EventType, Trace } from '../../trace'
import { LOST } from '../packet-index'
import type { PacketIndex } from '../packet-index'
import { isResent } from '../ladder'

export interface ChainStep {
  readonly event: number
  /** Causes left out before this one. */
  readonly skipped: number
  /** Not a cause in the stack's eyes, but what a reader wants to know. */
  readonly aside: boolean
}

/** Where a chain may begin: what someone did. */
const ROOTS: ReadonlySet<EventType> = new Set(['user/acted', 'host/called', 'sim/started'])
/** Steps that are left out where the next one tells the same. */
const FOLDED: Partial<Record<EventType, readonly EventType[]>> = {
  'link/packetDelivered': ['tcp/segmentArrived', 'host/packetDropped', 'tcp/segmentDropped', 'host/synQueued'],
  'tcp/segmentArrived': ['tcp/duplicateAckCounted', 'tcp/segmentDropped', 'tcp/dataHeldOutOfOrder'],
  'tcp/acknowledged': ['tcp/segmentSent'],
  'tcp/duplicateAckCounted': ['tcp/lossDetected'],
}
const LONGEST_CLIMB = 100_000

/** Every cause of an event, the event itself first. Ends at the nearest call or click. */
export function causesOf(trace: Trace, event: number): number[] {
  const { events } = trace
  const causes: number[] = []
  for (let at = event; at >= 0 && at < events.count && causes.length < LONGEST_CLIMB; at = events.cause[at]) {
    causes.push(at)
    if (ROOTS.has(EVENT_TYPES[events.type[at]]) || events.cause[at] >= at) break
  }
  return causes
}

/** The chain to show for an event, first cause first and the event last, of at most `most` steps. */
export function chainOf(trace: Trace, index: PacketIndex, event: number, most = 6): ChainStep[] {
  const causes = folded(trace, causesOf(trace, event)).toReversed()
  const loss = lossBefore(trace, index, event)
  const room = loss === -1 ? most : most - 1
  const tail = Math.max(1, causes.length <= room ? causes.length : room - 1)
  const steps: ChainStep[] =
    causes.length <= room
      ? causes.map((cause) => ({ event: cause, skipped: 0, aside: false }))
      : [
          { event: causes[0], skipped: 0, aside: false },
          ...causes.slice(-tail).map((cause, i) => ({
            event: cause,
            skipped: i === 0 ? causes.length - 1 - tail : 0,
            aside: false,
          })),
        ]
  if (loss === -1 || steps.some((step) => step.event === loss)) return steps
  const after = steps.findIndex((step) => step.event > loss)
  return after < 0 ? steps : steps.toSpliced(after, 0, { event: loss, skipped: 0, aside: true })
}

function folded(trace: Trace, causes: readonly number[]): number[] {
  const { events } = trace
  return causes.filter((cause, place) => {
    if (place === 0 || place === causes.length - 1) return true
    const followers = FOLDED[EVENT_TYPES[events.type[cause]]]
    return followers === undefined || !followers.includes(EVENT_TYPES[events.type[causes[place - 1]]])
  })
}

/** The event that lost the previous copy of a segment that is sent again; -1 for none. */
function lossBefore(trace: Trace, index: PacketIndex, event: number): number {
  const packet = packetOf(trace, event)
  if (packet < 0 || packet >= index.rows.count || !isResent(index, packet)) return -1
  const { rows } = index
  const from = Math.max(0, packet - 50_000)
  for (let p = packet - 1; p >= from; p--) {
    if (rows.socket[p] !== rows.socket[packet] || rows.length[p] !== rows.length[packet]) continue
    if (rows.seq[p] === rows.seq[packet])
      return rows.fate[p] === LOST && rows.endEvent[p] < event ? rows.endEvent[p] : -1
  }
  return -1
}

/** The packet that an event is about; -1 where it is about none. */
export function packetOf(trace: Trace, event: number): number {
  if (event < 0 || event >= trace.events.count) return -1
  const fact = readEvent(trace, event)
  return 'packet' in EVENT_FIELDS[fact.type] && 'packet' in fact ? fact.packet : -1
}
