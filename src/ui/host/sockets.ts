/** What a host panel lists: descriptors first, then the sockets that no descriptor refers to. Pure. */
import type { HostView, SocketView, Snapshot, TcbView } from '../../trace'

export interface SocketRow {
  readonly socket: SocketView
  /** -1 for none. */
  readonly fd: number
  readonly pid: number
  readonly nonblock: boolean
  /** Why there is no descriptor. */
  readonly without: '' | 'queued' | 'orphan'
  /** Open file, and how many descriptors refer to it; 0 for none. */
  readonly file: number
  readonly references: number
}

export function socketRows(host: HostView): readonly SocketRow[] {
  const byId = new Map(host.sockets.map((socket) => [socket.id, socket]))
  const rows: SocketRow[] = []
  for (const { pid, descriptors } of host.processes) {
    for (const { fd, socket: id, nonblock, file, references } of descriptors) {
      const socket = byId.get(id)
      if (socket !== undefined) rows.push({ socket, fd, pid, nonblock, without: '', file, references })
    }
  }
  rows.sort((a, b) => a.pid - b.pid || a.fd - b.fd)
  const held = new Set(rows.map((row) => row.socket.id))
  for (const socket of host.sockets) {
    if (held.has(socket.id)) continue
    const without = isQueued(host, socket) ? 'queued' : 'orphan'
    rows.push({ socket, fd: -1, pid: -1, nonblock: false, without, file: 0, references: 0 })
  }
  return rows
}

/** All descriptors of an open file: `fd 3 of 1000, fd 3 of 1001`. */
export function holders(host: HostView, file: number, name: (fd: number, pid: number) => string): string {
  return host.processes
    .flatMap(({ pid, descriptors }) => descriptors.filter((it) => it.file === file).map(({ fd }) => name(fd, pid)))
    .join(', ')
}

/** The process that calls by hand are made in while no descriptor says otherwise: the first that runs. */
export function firstPid(host: HostView): number | undefined {
  return host.processes.find(({ ended }) => ended === '')?.pid
}

/** Whether the table must say which process each descriptor belongs to. */
export function severalProcesses(host: HostView): boolean {
  return host.processes.length !== 1 || !host.processes[0].interactive
}

function isQueued(host: HostView, socket: SocketView): boolean {
  if (host.sockets.some(({ unix }) => unix?.pending.includes(socket.id) === true)) return true
  const listener = host.sockets.find((candidate) => candidate.id === socket.parent)?.listener
  if (listener === null || listener === undefined) return false
  return [...listener.acceptQueue, ...listener.synQueue].some((entry) => entry.socket === socket.id)
}

/**
 * The row to show: the chosen one, else the newest connection with a descriptor, else whatever there is. Of several descriptors of the chosen socket, the
 * chosen one.
 */
export function shownRow(
  rows: readonly SocketRow[],
  chosen: number | undefined,
  descriptor?: { readonly pid: number; readonly fd: number },
): SocketRow | undefined {
  const named = rows.filter((row) => row.socket.id === chosen)
  if (named.length > 0) return named.find(({ pid, fd }) => pid === descriptor?.pid && fd === descriptor.fd) ?? named[0]
  const connections = rows.filter((row) => row.socket.listener === null && row.socket.unix?.state !== 'listening')
  return (
    connections.findLast((row) => row.fd >= 0 && (row.socket.protocol !== 'tcp' || row.socket.state !== 'CLOSED')) ??
    connections.findLast((row) => row.fd >= 0) ??
    rows.find((row) => row.fd >= 0) ??
    rows[0]
  )
}

/** The socket at the other end of a connection, in the same world. */
export function peerOf(snapshot: Snapshot, socket: SocketView): { host: HostView; socket: SocketView } | undefined {
  if (socket.tcb === null) return undefined
  for (const host of snapshot.hosts) {
    for (const other of host.sockets) {
      if (other.id !== socket.id && other.local === socket.remote && other.remote === socket.local) {
        return { host, socket: other }
      }
    }
  }
  return undefined
}

/** A sequence number counted from the ISN, so that the first byte is 1. */
export function relative(sequence: number, isn: number): number {
  return (sequence - isn) >>> 0
}

/** TCP's state; of the others, which have none, what they are and how far they have come. */
export function stateText(socket: SocketView): string {
  const { udp, unix, local, state } = socket
  if (udp !== null) return udp.connected ? 'UDP connected' : local.endsWith(':0') ? 'UDP' : 'UDP bound'
  if (unix === null) return state
  if (unix.state !== 'closed') return `Unix ${unix.state}`
  return unix.path === '' ? 'Unix' : 'Unix bound'
}

/** `*:80` for a listener, the peer otherwise. */
export function remoteText(socket: SocketView): string {
  if (socket.unix !== null) return socket.unix.peerPath || socket.unix.path || '–'
  if (socket.listener !== null || socket.remote.startsWith('0.0.0.0:0')) return localText(socket)
  return socket.remote
}

function localText(socket: SocketView): string {
  const local = socket.local.replace(/^0\.0\.0\.0:/, '*:')
  return local === '*:0' ? '–' : local
}

export function hasTalked(tcb: TcbView | null): boolean {
  return tcb !== null && (tcb.totals.segmentsOut > 0 || tcb.totals.segmentsIn > 0)
}
