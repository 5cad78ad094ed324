/**
 * The report of a host: every socket as inet_diag and /proc/net/tcp would tell of it, at one instant (trace/report.ts). Made when somebody
 * asks. Linux inet_diag_dump_icsk, sk_diag_fill, inet_twsk_diag_fill, inet_req_diag_fill; the owners come from the descriptor tables, as ss finds them in /proc/PID/fd.
 */
import { viewFirewall } from '../netfilter'
import type { Micros } from '../base'
import { reportTcb } from '../tcp'
import type { HostReport, SocketReport } from '../trace'
import { viewIp } from './ip/view'
import type { Host, Socket } from './records'
import { stateOf } from './sockets'
import type { UdpState } from './udp/records'
import type { UnixState } from './unix/records'

/** Where the numbers of socket files begin. */
const FIRST_INODE = 20_000

export function reportHost(host: Host, now: Micros): HostReport {
  const users = usersOf(host)
  const sockets = [...host.sockets.values()]
    // A Unix connection that no accept() took is in no table.
    .filter(({ protocol, file }) => protocol !== 'unix' || file !== 0)
    .toSorted((a, b) => place(a) - place(b) || a.id - b.id)
  return {
    name: host.name,
    at: now,
    sockets: sockets.map((socket) => reportSocket(host, socket, users.get(socket.id) ?? [], now)),
    counters: Object.fromEntries([...host.counters].filter(([, value]) => value !== 0)),
    sysctl: { ...host.sysctl },
    firewall: viewFirewall(host.netfilter, now, Infinity),
    ip: viewIp(host, now),
  }
}

/** Unix sockets first, then UDP, then TCP; listeners before others. */
function place({ protocol, listener, unix }: Socket): number {
  const listens = listener !== undefined || unix?.state === 'listening'
  return ['unix', 'udp', 'tcp'].indexOf(protocol) * 2 + Number(!listens)
}

type Users = SocketReport['users']

/** In the order in which ss names them: the youngest process first, and of each the highest descriptor. */
function usersOf(host: Host): Map<number, Users[number][]> {
  const users = new Map<number, Users[number][]>()
  for (const { pid, name, descriptors } of [...host.processes.values()].toSorted((a, b) => b.pid - a.pid)) {
    for (const [fd, id] of [...descriptors].toSorted(([a], [b]) => b - a)) {
      const socket = host.files.get(id)?.socket ?? -1
      if (socket === -1) continue
      const known = users.get(socket)
      if (known === undefined) users.set(socket, [{ name, pid, fd }])
      else known.push({ name, pid, fd })
    }
  }
  return users
}

function reportSocket(host: Host, socket: Socket, users: Users, now: Micros): SocketReport {
  const { tcb, listener } = socket
  const common = {
    id: socket.id,
    protocol: socket.protocol,
    state: stateOf(socket),
    local: { ...socket.local },
    remote: { ...socket.remote },
    open: socket.file !== 0,
    orphaned: tcb?.orphaned === true && tcb.state !== 'CLOSED',
    inode: socket.file === 0 ? 0 : FIRST_INODE + socket.id,
    uid: 0,
    users,
    unix: null,
  }
  if (socket.udp !== undefined) return { ...common, ...datagrams(socket.udp) }
  if (socket.unix !== undefined) return { ...common, ...local(host, socket.unix) }
  if (listener !== undefined || tcb === undefined) return { ...common, ...unconnected(socket) }
  const report = reportTcb(tcb, socket.queue === 'syn', now, host.sysctl)
  // What is left in TIME-WAIT has left its file behind, which has a closed socket now.
  return report.kind === 'socket' ? { ...common, ...report } : { ...common, ...report, inode: 0, users: [] }
}

/** A listener, whose queues are counted in connections, or a socket that was never opened. */
function unconnected({ listener, config }: Socket) {
  const { sndbuf, rcvbuf, congestion } = config
  return {
    kind: 'socket' as const,
    receiveQueue: listener?.acceptQueue.size ?? 0,
    sendQueue: listener?.backlog ?? 0,
    timer: { kind: 'none' as const, micros: 0, count: 0 },
    timeouts: 0,
    probes: 0,
    memory: { receive: 0, receiveLimit: rcvbuf, sendLimit: sndbuf, forward: 0, queued: 0, drops: 0 },
    ack: { quick: 0, pingpong: false },
    algorithm: congestion,
    info: null,
    congestion: null,
  }
}

const NOTHING = {
  kind: 'socket',
  sendQueue: 0,
  timer: { kind: 'none', micros: 0, count: 0 },
  timeouts: 0,
  probes: 0,
  memory: null,
  ack: null,
  algorithm: '',
  info: null,
  congestion: null,
} as const

/** Memory is reserved by the page. */
const PAGE = 4_096

/** Recv-Q counts memory, not bytes (udp_rqueue_get). */
function datagrams(udp: UdpState) {
  const { rmem, deficit, rcvbuf, sndbuf, drops } = udp
  return {
    ...NOTHING,
    state: udp.connected ? ('ESTABLISHED' as const) : ('CLOSED' as const),
    receiveQueue: Math.max(0, rmem - deficit),
    memory: {
      receive: rmem,
      receiveLimit: rcvbuf,
      sendLimit: sndbuf,
      forward: (PAGE - (rmem % PAGE)) % PAGE,
      queued: 0,
      drops,
    },
  }
}

const UNIX_STATES = { closed: 'CLOSED', listening: 'LISTEN', connected: 'ESTABLISHED' } as const

/** Recv-Q: of a stream all bytes, of datagrams those of the first, of a listener the connections; Send-Q is memory (sk_diag_show_rqlen). */
function local(host: Host, unix: UnixState) {
  const { queue, type, state, pending, backlog, wmem, path, peer } = unix
  const lengths = queue.map(({ payload }) => payload.length)
  const unread = type === 'stream' ? lengths.reduce((sum, length) => sum + length, 0) : (lengths[0] ?? 0)
  const peerFile = host.sockets.get(peer)?.file ?? 0
  return {
    ...NOTHING,
    state: UNIX_STATES[state],
    receiveQueue: state === 'listening' ? pending.length : unread,
    sendQueue: state === 'listening' ? backlog : wmem,
    unix: { type, path, peerInode: peerFile === 0 ? 0 : FIRST_INODE + peer },
  }
}
