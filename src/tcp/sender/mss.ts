/**
 * How large the next segment may be: the peer's MSS and what the path carries, less the options that every segment bears, and at most half of
 * the largest window that the peer ever offered (RFC 9293 3.7.1, 3.8.6.2.1). Linux tcp_sync_mss, tcp_current_mss, tcp_mtu_to_mss,
 * tcp_mss_to_mtu, tcp_bound_to_half_wnd.
 */
import { optionBytes, TIMESTAMPS_LENGTH } from '../options'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'

/** IPv4 and TCP header without options: bytes. */
const HEADERS = 40
const TCP_HEADER = 20
/** A peer that never offered more than this is taken at its word, whole: bytes (TCP_MSS_DEFAULT). */
const SMALL_WINDOW = 536
/** Smallest MTU of IPv4 (RFC 791), of which half a window may not make less: bytes. */
const LEAST_MTU = 68

/** Options that every segment of the connection carries: bytes. */
export function fixedOptions(tcb: Tcb): number {
  return tcb.negotiated.timestamps ? TIMESTAMPS_LENGTH : 0
}

/** Payload that a packet of `mtu` bytes has room for. */
export function mtuToMss(tcb: Tcb, mtu: number, io: TcpIo): number {
  const mss = Math.max(Math.min(mtu - HEADERS, tcb.mssClamp), io.sysctl.tcp_min_snd_mss)
  return mss - fixedOptions(tcb)
}

/** Length of the packet that carries `mss` bytes of payload. */
export function mssToMtu(tcb: Tcb, mss: number): number {
  return mss + HEADERS + fixedOptions(tcb)
}

/** Works out the MSS anew for a path of `mtu` bytes. Called when the path, or the largest window, has changed. */
export function syncMss(tcb: Tcb, mtu: number, io: TcpIo): void {
  const { path } = tcb
  path.searchHigh = Math.min(path.searchHigh, mtu)
  path.synced = mtu
  tcb.smss = Math.min(tcb.mssClamp, mtu - HEADERS)
  const mss = boundToHalfWindow(tcb, mtuToMss(tcb, mtu, io))
  tcb.mssNow = path.probing ? Math.min(mss, mtuToMss(tcb, path.searchLow, io)) : mss
}

/** What was known of the path may have run out of date, or another connection may have learned better: then the MSS follows. */
export function refreshPath(tcb: Tcb, io: TcpIo): void {
  const { path } = tcb
  if (io.now >= path.expiresAt) forgetPath(tcb)
  if (path.mtu !== path.synced && tcb.state !== 'CLOSED') syncMss(tcb, path.mtu, io)
}

/** The path is thought to carry what the interface does. */
export function forgetPath({ path }: Tcb): void {
  path.mtu = path.interfaceMtu
  path.locked = false
  path.expiresAt = Number.POSITIVE_INFINITY
}

/** Payload of the next segment at most: the MSS, less the SACK blocks and counters of marks that come and go. */
export function effectiveMss(tcb: Tcb, io: TcpIo): number {
  return tcb.mssNow - (optionBytes(tcb, io) - fixedOptions(tcb))
}

function boundToHalfWindow(tcb: Tcb, mss: number): number {
  const { maxWnd } = tcb.snd
  const bound = maxWnd > SMALL_WINDOW ? maxWnd >> 1 : maxWnd
  return bound > 0 && mss > bound ? Math.max(bound, LEAST_MTU - TCP_HEADER - fixedOptions(tcb)) : mss
}
