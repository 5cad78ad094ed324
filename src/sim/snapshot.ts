/** The snapshot of a session at its present position: a copy that shares nothing with the world. */
import { NEVER } from '../base'
import { hostTcpInfo, reportHost, viewHost } from '../host'
import { viewInFlight, viewLinks } from '../network'
import type { HostReport, Snapshot, TcpInfo } from '../trace'
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

/** getsockopt(TCP_INFO) of a socket, whichever host it is on; null where there is no connection. */
export function takeTcpInfo({ world }: Session, socket: number): TcpInfo | null {
  const { hosts, now } = world.state
  const host = hosts.find((candidate) => candidate.sockets.has(socket))
  return host === undefined ? null : hostTcpInfo(host, socket, now)
}

/** All that a host would tell to ss and its kin at the present position; undefined where there is no such host. */
export function takeReport({ world }: Session, host: number): HostReport | undefined {
  const { hosts, now } = world.state
  return host in hosts ? reportHost(hosts[host], now) : undefined
}
