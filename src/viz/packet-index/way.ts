/**
 * The way of one packet as a line in time and space: how far along it was when. Straight for most; delays and holds bend it.
 * Where the packet ended, the trace says; where it is between, follows from the link's rate and delay.
 */
import { NEVER } from '../../base'
import type { Micros } from '../../base'
import { BENT, DELIVERED, DROPPED, FATES, IN_FLIGHT, LOST } from './columns'
import type { Fate } from './columns'
import type { PacketIndex } from './fold'

/** The moment for which a picture is drawn: `event` events have happened, the clock stands at `at`. */
export interface Moment {
  readonly event: number
  readonly at: Micros
}

export interface Way {
  readonly fate: Fate
  readonly held: boolean
  /** It waits in the link's queue: `at` says when it will leave. */
  readonly queued: boolean
  /** Time and place (0 at the sender, 1 at the receiver) of the start, of each bend and of the end. */
  readonly at: readonly Micros[]
  readonly place: readonly number[]
  /** When it will arrive as things stand; NEVER while held, or once it has ended. */
  readonly dueAt: Micros
}

/** True when the packet had left its host at this moment. */
export function hasLeft(index: PacketIndex, p: number, moment: Moment): boolean {
  const { rows } = index
  return rows.sentEvent[p] !== -1 && rows.sentEvent[p] < moment.event && rows.sentAt[p] <= moment.at
}

/** What had become of the packet at this moment. */
export function fateAt(index: PacketIndex, p: number, moment: Moment): Fate {
  const { rows } = index
  const ended = rows.endEvent[p] !== -1 && rows.endEvent[p] < moment.event
  return FATES[ended ? rows.fate[p] : IN_FLIGHT]
}

/** Nothing short of arriving is drawn as having arrived. */
const ALMOST = 0.985

/**
 * The way of a packet up to a moment. `arrivesAt` is what the snapshot knows of a packet under way, if it is at hand and
 * the packet is not doomed.
 */
export function wayOf(index: PacketIndex, p: number, moment: Moment, arrivesAt?: Micros): Way {
  const { rows } = index
  const fate = fateAt(index, p, moment)
  const ended = fate !== 'inFlight'
  const last = ended ? rows.endAt[p] : moment.at
  const flight = Math.max(1, rows.naturalAt[p] - rows.departsAt[p])
  const arrived = ended && (rows.fate[p] === DELIVERED || rows.fate[p] === DROPPED)
  const start = startOf(index, p, last, flight, arrived)
  if (!(rows.marks[p] & BENT)) {
    if (arrived) return { fate, held: false, queued: false, at: [start, last], place: [0, 1], dueAt: NEVER }
    const due = arrivesAt ?? start + flight
    const place = Math.min(ALMOST, along(start, due, last))
    const queued = !ended && start > moment.at
    return {
      fate,
      held: false,
      queued,
      at: [start, Math.max(start, last)],
      place: [0, place],
      dueAt: ended ? NEVER : due,
    }
  }
  return bentWay(index, p, moment, { fate, start, last, flight, arrived })
}

/** When the first bit left. A packet that came sooner than the model says left sooner too. */
function startOf(index: PacketIndex, p: number, last: Micros, flight: Micros, arrived: boolean): Micros {
  const { rows } = index
  const departs = rows.departsAt[p]
  if (arrived && last < rows.naturalAt[p] && !(rows.marks[p] & BENT)) return Math.max(rows.sentAt[p], last - flight)
  if (rows.fate[p] === LOST && last < departs) return Math.max(rows.sentAt[p], last)
  return departs
}

function along(from: Micros, due: Micros, now: Micros): number {
  if (now <= from) return 0
  return due <= from ? 1 : (now - from) / (due - from)
}

function bentWay(
  index: PacketIndex,
  p: number,
  moment: Moment,
  known: {
    readonly fate: Fate
    readonly start: Micros
    readonly last: Micros
    readonly flight: Micros
    readonly arrived: boolean
  },
): Way {
  const { fate, start, last, flight, arrived } = known
  const at = [start]
  const place = [0]
  let due = start + flight
  let held = false
  let remaining = 0
  let time = start
  let here = 0
  for (const bend of index.bends.get(p) ?? []) {
    if (bend.event >= moment.event) break
    const now = Math.max(bend.at, start)
    if (!held) here += (1 - here) * Math.min(1, along(time, due, now))
    time = now
    if (here > 0 || held) {
      at.push(time)
      place.push(Math.min(ALMOST, here))
    }
    if (bend.kind === 'delayed') {
      due += bend.byMicros
      remaining += bend.byMicros
    } else if (bend.kind === 'held') {
      remaining = due - time
      held = true
    } else {
      due = time + remaining
      held = false
    }
  }
  if (!held) here += (1 - here) * Math.min(1, along(time, due, last))
  at.push(Math.max(last, time))
  place.push(arrived ? 1 : Math.min(ALMOST, here))
  const queued = fate === 'inFlight' && start > moment.at
  return {
    fate,
    held: held && fate === 'inFlight',
    queued,
    at,
    place,
    dueAt: held || fate !== 'inFlight' ? NEVER : due,
  }
}
