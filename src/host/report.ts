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

/** Where the numbers of socket files begin. */
const FIRST_INODE = 20_000

export function reportHost(host: Host, now: Micros): HostReport {
  const users = usersOf(host)
  const sockets = [...host.sockets.values()]
    .filter(({ protocol }) => protocol === 'tcp')
    .toSorted((a, b) => Number(b.listener !== undefined) - Number(a.listener !== undefined) || a.id - b.id)
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
    protocol: 'tcp' as const,
    state: stateOf(socket),
    local: { ...socket.local },
    remote: { ...socket.remote },
    open: socket.file !== 0,
    orphaned: tcb?.orphaned === true && tcb.state !== 'CLOSED',
    inode: socket.file === 0 ? 0 : FIRST_INODE + socket.id,
    uid: 0,
    users,
  }
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
