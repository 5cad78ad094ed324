/** The snapshot of a session at its present position: a copy that shares nothing with the world. */
import { NEVER } from '../base'
import { viewHost } from '../host'
import { viewInFlight, viewLinks } from '../network'
import type { Snapshot } from '../trace'
import { position, sessionHash, upcomingTime } from './session'
import type { Session } from './session'

export function takeSnapshot(session: Session): Snapshot {
  const { state } = session.world
  const next = upcomingTime(session)
  return {
    position: position(session),
    traceHash: sessionHash(session),
    hosts: state.hosts.map((host) => viewHost(host, state.now)),
    links: viewLinks(state.network, state.now),
    inFlight: viewInFlight(state.network, state.now),
    nextAt: next === NEVER ? null : next,
  }
}
