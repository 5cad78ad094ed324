/** One token for each socket in the node of its state; where they are too many to stand apart, one for each host with a count. */
import type { Snapshot, SocketView, TcpState } from '../../trace'
import { TCP_STATES } from '../../trace'
import { nodeOf } from './geometry'
import type { DiagramNode } from './geometry'

export interface Token {
  readonly key: string
  readonly host: number
  readonly role: 'client' | 'server' | 'other'
  /** -1 for a group. */
  readonly socket: number
  readonly state: TcpState
  readonly node: DiagramNode['id']
  readonly x: number
  readonly y: number
  /** Its descriptor's number, '' for a socket that no descriptor refers to, `12` sockets for a group. */
  readonly text: string
  /** How many sockets it stands for. */
  readonly count: number
  /** `owned` has a descriptor; `queued` waits for accept(); `orphan` belongs to no program any more. */
  readonly ownership: 'owned' | 'queued' | 'orphan'
}

/** The tokens of a snapshot. `hasLived` tells whether a CLOSED socket was ever in another state. */
export function layTokens(snapshot: Snapshot, hasLived: (socket: number) => boolean): Token[] {
  const seated = new Map<DiagramNode['id'], Token[]>()
  for (const host of snapshot.hosts) {
    for (const socket of host.sockets) {
      // The states are TCP's; datagram and Unix sockets have none of them.
      if (socket.protocol !== 'tcp') continue
      const node = nodeOf(socket.state, hasLived(socket.id))
      const token = tokenOf(host, socket, node.id)
      const others = seated.get(node.id)
      if (others === undefined) seated.set(node.id, [token])
      else others.push(token)
    }
  }
  const tokens: Token[] = []
  for (const [, group] of seated) {
    const node = nodeOf(group[0].state, group[0].node === 'CLOSED again')
    tokens.push(...seat(node, group.length <= node.seats.length ? group : grouped(snapshot, group)))
  }
  return tokens
}

function tokenOf(host: Snapshot['hosts'][number], socket: SocketView, node: DiagramNode['id']): Token {
  const fd = socket.descriptors[0]?.fd
  return {
    key: `${host.index}.${socket.id}`,
    host: host.index,
    role: host.role,
    socket: socket.id,
    state: socket.state,
    node,
    x: 0,
    y: 0,
    text: fd === undefined ? '' : String(fd),
    count: 1,
    ownership: fd === undefined ? (socket.parent >= 0 ? 'queued' : 'orphan') : 'owned',
  }
}

function seat(node: DiagramNode, tokens: readonly Token[]): Token[] {
  const { seats } = node
  return tokens.map((token, i) => {
    const [x, y] = seats[Math.min(i, seats.length - 1)]
    return { ...token, x, y }
  })
}

/** One token for each host, counting also the sockets that the snapshot left out. */
function grouped(snapshot: Snapshot, tokens: readonly Token[]): Token[] {
  const [{ state, node }] = tokens
  return snapshot.hosts.flatMap((host) => {
    const own = tokens.filter((token) => token.host === host.index)
    if (own.length === 0) return []
    const count =
      own.length === host.sockets.filter((socket) => socket.protocol === 'tcp' && socket.state === state).length
        ? (host.stateCounts[state] ?? own.length)
        : own.length
    if (count === 1) return own
    return [
      { ...own[0], key: `${host.index}.${node}`, socket: -1, text: `${count}`, count, ownership: 'owned' as const },
    ]
  })
}

/** The states that hold a socket now, in the order of the RFC, with how many of each host: the diagram as a list. */
export function statesHeld(
  snapshot: Snapshot,
): readonly { readonly state: TcpState; readonly host: number; readonly count: number }[] {
  return TCP_STATES.flatMap((state) =>
    snapshot.hosts.flatMap((host) => {
      const count = host.stateCounts[state] ?? 0
      return count === 0 ? [] : [{ state, host: host.index, count }]
    }),
  )
}

/** How many sockets have no place in the diagram, because they are not TCP's. */
export function strangersTo(snapshot: Snapshot): number {
  return snapshot.hosts.reduce(
    (sum, { sockets }) => sum + sockets.filter(({ protocol }) => protocol !== 'tcp').length,
    0,
  )
}
