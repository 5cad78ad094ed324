/** What a run came to, as one object for scripts and for CI. */
import { endPosition, position, sessionHash, takeSnapshot } from '../sim'
import type { Session } from '../sim'
import { eventArg, isEvent, readEvent, TCP_STATES } from '../trace'
import type { TcpState } from '../trace'
import { hostText } from './host-texts'

export interface Summary {
  readonly scenario: string
  readonly seed: number
  readonly events: number
  readonly packets: number
  readonly steps: number
  readonly simulatedMicros: number
  readonly traceHash: string
  /** In the order in which they were first entered. */
  readonly statesVisited: readonly TcpState[]
  readonly lost: number
  readonly retransmissions: number
  readonly sockets: readonly {
    readonly host: string
    readonly socket: number
    readonly state: TcpState
    readonly local: string
    readonly remote: string
    readonly fds: readonly number[]
    readonly bytesAcked: number
    readonly bytesReceived: number
  }[]
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** What `ss -tan` prints on each host, line by line. */
  readonly ss: Readonly<Record<string, readonly string[]>>
}

export function summarize(session: Session, scenario: string): Summary {
  const { trace } = session.branch
  const snapshot = takeSnapshot(session)
  const visited = new Set<TcpState>()
  let lost = 0
  let retransmissions = 0
  for (let i = 0; i < trace.events.count; i++) {
    if (isEvent(trace.events, i, 'tcp/stateChanged')) {
      // A socket begins in CLOSED; the child of a listener begins where the listener stands.
      visited.add(TCP_STATES[eventArg(trace.events, i, 0)])
      visited.add(TCP_STATES[eventArg(trace.events, i, 1)])
    } else if (isEvent(trace.events, i, 'link/packetLost')) lost++
    else if (isEvent(trace.events, i, 'tcp/segmentSent')) {
      const event = readEvent(trace, i)
      if (event.type === 'tcp/segmentSent' && event.purpose.endsWith('Retransmit')) retransmissions++
    }
  }
  return {
    scenario,
    seed: session.spec.seed,
    events: endPosition(session).event,
    packets: trace.packets.count,
    steps: position(session).step,
    simulatedMicros: position(session).at,
    traceHash: sessionHash(session),
    statesVisited: [...visited],
    lost,
    retransmissions,
    sockets: snapshot.hosts.flatMap((host) =>
      host.sockets.map((socket) => ({
        host: host.name,
        socket: socket.id,
        state: socket.state,
        local: socket.local,
        remote: socket.remote,
        fds: socket.descriptors.map(({ fd }) => fd),
        bytesAcked: socket.tcb?.totals.bytesAcked ?? 0,
        bytesReceived: socket.tcb?.totals.bytesReceived ?? 0,
      })),
    ),
    counters: Object.fromEntries(snapshot.hosts.map((host) => [host.name, host.counters])),
    ss: Object.fromEntries(snapshot.hosts.map((host) => [host.name, hostText(session, host.index, 'ss -tan')])),
  }
}
