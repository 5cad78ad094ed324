/**
 * The indexes that the heroes share: packet rows and walked edges, folded once for each trace and brought up to date when it
 * grows. They are mutated in place; the record that the hook returns is new whenever they changed.
 */
import { useMemo } from 'react'
import { useStore } from '../../store'
import type { SessionInfo, Snapshot, Trace } from '../../trace'
import { createPacketIndex, createWalkIndex, foldPackets, foldWalks, wiringOf } from '../../viz'
import type { PacketIndex, WalkIndex } from '../../viz'

export interface Indexes {
  readonly trace: Trace
  readonly packets: PacketIndex
  readonly walks: WalkIndex
}

interface Kept {
  readonly info: SessionInfo
  readonly packets: PacketIndex
  readonly walks: WalkIndex
}

const kept = new WeakMap<Trace, Kept>()

/** A full-sized packet, for the time that a link takes for one. */
const FULL_PACKET_BITS = 1_500 * 8
const LEAST_FLIGHT_MICROS = 200

/** How long a full packet takes from host to host on the slowest way there is. */
export function flightMicros(links: Snapshot['links']): number {
  const ways = links.flatMap(({ aToB, bToA }) => [aToB, bToA])
  const times = ways.map(
    ({ rateBitsPerSecond: rate, delayMicros }) => delayMicros + (rate > 0 ? (FULL_PACKET_BITS * 1e6) / rate : 0),
  )
  return Math.max(LEAST_FLIGHT_MICROS, ...times)
}

/** The indexes of a trace, up to date. */
export function indexesOf(
  trace: Trace,
  info: SessionInfo,
  { hosts, links }: Pick<Snapshot, 'hosts' | 'links'>,
): Indexes {
  const wiring = wiringOf(hosts, links)
  let own = kept.get(trace)
  if (own === undefined || own.info !== info) {
    own = { info, packets: createPacketIndex(wiring, flightMicros(links) / 2), walks: createWalkIndex() }
    kept.set(trace, own)
  }
  // Settings that a person changed count for the packets that follow.
  own.packets.model.wiring = wiring
  foldPackets(own.packets, trace)
  foldWalks(own.walks, trace)
  return { trace, packets: own.packets, walks: own.walks }
}

/** The indexes of the branch that is shown; null before a session is open. */
export function useIndexes(): Indexes | null {
  const info = useStore((state) => state.info)
  const trace = useStore((state) => state.trace)
  const version = useStore((state) => state.traceVersion)
  const snapshot = useStore((state) => state.snapshot)
  return useMemo(
    () => (info === null || snapshot === null ? null : indexesOf(trace, info, snapshot)),
    // The version says that the trace, which stays the same record, has grown.
    // eslint-disable-next-line react/exhaustive-deps
    [info, trace, version, snapshot],
  )
}
