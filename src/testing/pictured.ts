/** A real session seen through the page's indexes: what tests of the pictures look at. */
import { createSession, position, runUntil, takeSnapshot } from '../sim'
import type { Session } from '../sim'
import type { Snapshot, WorldSpec } from '../trace'
import { createPacketIndex, createWalkIndex, foldPackets, foldWalks, wiringOf } from '../viz'
import type { Moment, PacketIndex, WalkIndex } from '../viz'

export interface Pictured {
  readonly session: Session
  readonly snapshot: Snapshot
  readonly packets: PacketIndex
  readonly walks: WalkIndex
  readonly moment: Moment
}

/** Gaps that these pictures keep. */
const LEAST_GAP = 10_000

/** Runs a world for some time and folds its trace. */
export function pictured(spec: WorldSpec, until: number): Pictured {
  const session = createSession(spec)
  runUntil(session, until)
  return picturedSession(session)
}

/** The same for a session that a test has worked on. */
export function picturedSession(session: Session): Pictured {
  const { spec, branch } = session
  const packets = createPacketIndex(wiringOf(takeSnapshot(session).hosts, spec.links), LEAST_GAP)
  const walks = createWalkIndex()
  foldPackets(packets, branch.trace)
  foldWalks(walks, branch.trace)
  return { session, snapshot: takeSnapshot(session), packets, walks, moment: position(session) }
}
