/**
 * How long a listener's two queues may get: Linux's limits, with its off-by-one (a queue is full when it is longer than
 * its limit, so backlog + 1 connections fit).
 */
import type { Tcb } from '../tcp'
import { count } from './counters'
import type { Host, Listener } from './records'

/** Connections that fit into the accept queue: Linux sk_acceptq_is_full says full when it is longer than the backlog. */
export function acceptQueueRoom(listener: Listener): number {
  return listener.backlog + 1
}

export function acceptQueueFull(listener: Listener): boolean {
  return listener.acceptQueue.size >= acceptQueueRoom(listener)
}

/** Connections that fit into the SYN queue. */
export function synQueueRoom(host: Host, listener: Listener): number {
  return synQueueLimit(host, listener) + 1
}

/**
 * The longest SYN queue at which one more SYN is taken without a cookie. inet_csk_reqsk_queue_is_full compares with the
 * backlog (`>` since Linux 6.14, so that listen(fd, 0) takes one). Without SYN cookies tcp_conn_request also keeps the last quarter
 * of tcp_max_syn_backlog for peers that it knows, and we know none.
 */
export function synQueueLimit(host: Host, listener: Listener): number {
  return host.sysctl.tcp_syncookies === 0 ? Math.min(listener.backlog, synBacklogReserve(host)) : listener.backlog
}

export function synBacklogReserve(host: Host): number {
  const most = host.sysctl.tcp_max_syn_backlog
  return most - (most >> 2)
}

/** Linux tcp_listendrop with its reason. */
export function countDrop(host: Host, listener: Listener, reason: string): void {
  count(host, 'ListenDrops')
  listener.drops[reason] = (listener.drops[reason] ?? 0) + 1
}

/** May a child whose handshake is complete enter the accept queue (Linux tcp_v4_syn_recv_sock, tcp_check_req)? */
export function admit(host: Host, tcb: Tcb): 'accept' | 'drop' | 'reset' {
  const child = host.sockets.get(tcb.socket)
  const listener = child === undefined ? undefined : host.sockets.get(child.parent)?.listener
  if (listener === undefined) return 'reset'
  if (!acceptQueueFull(listener)) return 'accept'
  count(host, 'ListenOverflows')
  countDrop(host, listener, 'acceptQueueFull')
  return host.sysctl.tcp_abort_on_overflow === 0 ? 'drop' : 'reset'
}
