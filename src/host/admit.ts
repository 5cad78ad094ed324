/**
 * How long a listener's two queues may get: Linux's limits, with its off-by-one (a queue is full when it is longer than
 * its limit, so backlog + 1 connections fit). With `listen_queues` bsd, 4.4BSD's: both queues together hold half as many again as the backlog, and
 * one more (sonewconn: so_qlen + so_q0len > 3 * so_qlimit / 2), and who is in may stay, so no final ACK is refused (Stevens, UNP 4.5).
 */
import type { Tcb } from '../tcp'
import { count } from './counters'
import type { Host, Listener } from './records'

/** Connections that fit into the accept queue: Linux sk_acceptq_is_full says full when it is longer than the backlog. */
export function acceptQueueRoom(host: Host, listener: Listener): number {
  return countsAsBsd(host) ? sharedRoom(listener) : listener.backlog + 1
}

export function acceptQueueFull(host: Host, listener: Listener): boolean {
  return listener.acceptQueue.size >= acceptQueueRoom(host, listener)
}

/** Connections that fit into the SYN queue. */
export function synQueueRoom(host: Host, listener: Listener): number {
  return countsAsBsd(host) ? sharedRoom(listener) - listener.acceptQueue.size : synQueueLimit(host, listener) + 1
}

export function countsAsBsd(host: Host): boolean {
  return host.sysctl.listen_queues === 'bsd'
}

/** Connections that 4.4BSD lets stand in both queues together. */
function sharedRoom({ backlog }: Listener): number {
  return Math.floor((3 * backlog) / 2) + 1
}

/** Whether 4.4BSD would take no more SYNs. */
export function sharedQueuesFull(listener: Listener): boolean {
  return listener.synQueue.size + listener.acceptQueue.size >= sharedRoom(listener)
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
  if (countsAsBsd(host) || !acceptQueueFull(host, listener)) return 'accept'
  count(host, 'ListenOverflows')
  countDrop(host, listener, 'acceptQueueFull')
  return host.sysctl.tcp_abort_on_overflow === 0 ? 'drop' : 'reset'
}
