/**
 * Looking for the path's MTU without the help of routers (RFC 4821): a longer packet is tried once in a while, and when nothing gets through at all,
 * shorter ones (black hole detection). With tcp_mtu_probing 0 neither, with 1 only once a black hole is suspected, with 2 from the
 * start. Linux tcp_mtup_init, tcp_mtu_probe, tcp_mtu_check_reprobe, tcp_mtup_probe_success, tcp_mtup_probe_failed, tcp_mtu_probing.
 */
import { MICROS_PER_SECOND, seqAdd, seqGt } from '../../base'
import type { TcpIo } from '../io'
import { currentSsthresh, segmentsInFlight } from '../recovery/counts'
import { effectiveMss, fixedOptions, mssToMtu, mtuToMss, syncMss } from '../sender/mss'
import { growHead, headContent, unsentBytes, windowEnd } from '../sender/queue'
import type { Tcb } from '../tcb'
import { simpleRetransmit } from './reduced'

/** IPv4 and TCP header: bytes. */
const HEADERS = 40
/** A smaller congestion window has no segment to spare. */
const LEAST_CWND = 11

/** How long packets may be at most, and how long they surely may be. `optionBytes`: those of every segment, as far as they are known. */
export function startMtuSearch(tcb: Tcb, io: TcpIo, optionBytes = fixedOptions(tcb)): void {
  const { path } = tcb
  path.probing = io.sysctl.tcp_mtu_probing > 1
  path.searchHigh = tcb.mssClamp + HEADERS
  path.searchLow = io.sysctl.tcp_base_mss + HEADERS + optionBytes
  path.probeSize = 0
  if (path.probing) path.probedAt = io.now
}

/**
 * Whether a longer packet should be tried now: its payload in bytes, 'wait' where it is worth waiting for room, 'no' otherwise. Must be followed
 * by `probeLeft` when the packet has gone.
 */
export function mtuProbeSize(tcb: Tcb, io: TcpIo): number | 'wait' | 'no' {
  const { path, congestion, recovery, receive, snd } = tcb
  if (!path.probing || path.probeSize > 0 || recovery.caState !== 'Open' || congestion.cwnd < LEAST_CWND) return 'no'
  // Options that come and go would spoil the measure.
  if (receive.sackBlocks.length > 0 || receive.dsack !== undefined) return 'no'
  const size = mtuToMss(tcb, (path.searchHigh + path.searchLow) >> 1, io)
  const needed = size + (recovery.reordering + 1) * tcb.mssNow
  const interval = path.searchHigh - path.searchLow
  if (size > mtuToMss(tcb, path.searchHigh, io) || interval < io.sysctl.tcp_probe_threshold) {
    searchAgain(tcb, io)
    return 'no'
  }
  if (unsentBytes(tcb) < needed || snd.wnd < needed) return 'no'
  if (seqGt(seqAdd(snd.nxt, needed), windowEnd(tcb))) return 'wait'
  const inFlight = segmentsInFlight(tcb)
  if (inFlight + 2 > congestion.cwnd) return inFlight === 0 ? 'no' : 'wait'
  return joinHead(tcb, size) ? size : 'no'
}

/** Makes the first unsent buffer as long as the probe; false where a record's end stands in the way. */
function joinHead(tcb: Tcb, size: number): boolean {
  while (headContent(tcb).bytes < size) {
    const before = headContent(tcb).bytes
    growHead(tcb, size - before)
    if (headContent(tcb).bytes === before) return false
  }
  return true
}

/** The longer packet has left: `bytes` up to SND.NXT. It counts double in the window, so that losing it costs nothing. */
export function probeLeft(tcb: Tcb, bytes: number, io: TcpIo): void {
  const { path, snd } = tcb
  tcb.congestion.cwnd--
  path.probeSize = mssToMtu(tcb, bytes)
  path.probeStart = seqAdd(snd.nxt, -bytes)
  path.probeEnd = snd.nxt
  io.recorder.emit('tcp/mtuProbed', 'mtuProbe', path.probeSize)
}

/** Called when SND.UNA has advanced: the longer packet has arrived, and is the measure from now on. */
export function probeMayBeAcked(tcb: Tcb, io: TcpIo): void {
  const { path, congestion } = tcb
  if (path.probeSize === 0 || seqGt(path.probeEnd, tcb.snd.una)) return
  tcb.recovery.priorSsthresh = currentSsthresh(tcb)
  congestion.cwnd = Math.max(1, Math.floor((congestion.cwnd * mssToMtu(tcb, tcb.mssNow)) / path.probeSize))
  congestion.cwndCount = 0
  congestion.stampAt = io.now
  congestion.ssthresh = currentSsthresh(tcb)
  path.searchLow = path.probeSize
  path.probeSize = 0
  syncMss(tcb, path.synced, io)
  io.count('TCPMTUPSuccess')
  io.recorder.emit('tcp/pathMtuChanged', 'mtuProbeArrived', path.searchLow, tcb.mssNow)
}

/** Something is to be retransmitted. True where it is the probe alone that was lost: it was too long, and that is no congestion. */
export function probeWasTooLong(tcb: Tcb, io: TcpIo): boolean {
  const { path, recovery } = tcb
  const calm = recovery.caState === 'Open' || recovery.caState === 'Disorder'
  if (!calm || path.probeSize === 0 || tcb.snd.una !== path.probeStart) return false
  path.searchHigh = path.probeSize - 1
  io.recorder.emit('tcp/pathMtuChanged', 'mtuProbeLost', path.searchHigh, tcb.mssNow)
  path.probeSize = 0
  io.count('TCPMTUPFail')
  tcb.congestion.cwnd++
  simpleRetransmit(tcb, io)
  return true
}

/** Timeout after timeout: perhaps everything is too long for the path, and nobody says so (tcp_retries1). */
export function suspectBlackHole(tcb: Tcb, io: TcpIo): void {
  const { path } = tcb
  const { sysctl } = io
  if (sysctl.tcp_mtu_probing === 0) return
  if (path.probing) {
    const half = mtuToMss(tcb, path.searchLow, io) >> 1
    const mss = Math.max(Math.min(sysctl.tcp_base_mss, half), sysctl.tcp_mtu_probe_floor, sysctl.tcp_min_snd_mss)
    path.searchLow = mssToMtu(tcb, mss)
  } else {
    path.probing = true
    path.probedAt = io.now
  }
  const before = tcb.mssNow
  syncMss(tcb, path.synced, io)
  if (tcb.mssNow !== before) io.recorder.emit('tcp/pathMtuChanged', 'mtuBlackHole', path.searchLow, tcb.mssNow)
}

/** The search is over; after tcp_probe_interval it starts anew, for paths change. */
function searchAgain(tcb: Tcb, io: TcpIo): void {
  const { path } = tcb
  if (io.now - path.probedAt < io.sysctl.tcp_probe_interval * MICROS_PER_SECOND) return
  path.probeSize = 0
  path.searchHigh = tcb.mssClamp + HEADERS
  path.searchLow = mssToMtu(tcb, effectiveMss(tcb, io))
  path.probedAt = io.now
}
