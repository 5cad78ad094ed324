/**
 * What the sender spends its time on: nothing to do, busy, busy but held by the peer's window, or by its own buffer. Linux tcp_chrono_start,
 * tcp_chrono_stop, tcp_get_info_chrono_stats.
 */
import type { Micros } from '../../base'
import type { TcpIo } from '../io'
import type { ChronoKind, Tcb } from '../tcb'

const RANK: Readonly<Record<ChronoKind, number>> = { idle: 0, busy: 1, peerWindow: 2, sendBuffer: 3 }

/** Something begins; what ranks lower goes on unseen. */
export function chronoStart(tcb: Tcb, kind: ChronoKind, io: TcpIo): void {
  if (RANK[kind] > RANK[tcb.chrono.kind]) set(tcb, kind, io)
}

/** It ends: the sender is busy, or idle when nothing is queued any more. */
export function chronoStop(tcb: Tcb, kind: ChronoKind, io: TcpIo): void {
  const { chrono, snd } = tcb
  if (chrono.kind === 'idle') return
  if (snd.una === snd.end) set(tcb, 'idle', io)
  else if (chrono.kind === kind) set(tcb, 'busy', io)
}

function set(tcb: Tcb, kind: ChronoKind, io: TcpIo): void {
  const { chrono } = tcb
  if (chrono.kind !== 'idle') chrono[chrono.kind] += io.now - chrono.since
  chrono.since = io.now
  chrono.kind = kind
}

/** µs: busy in all, and of that held by the peer's window and by the send buffer. */
export function chronoTotals(
  tcb: Tcb,
  now: Micros,
): { readonly busy: Micros; readonly peerWindow: Micros; readonly sendBuffer: Micros } {
  const { kind, since } = tcb.chrono
  const running = (of: ChronoKind): Micros => (kind === of ? now - since : 0)
  const peerWindow = tcb.chrono.peerWindow + running('peerWindow')
  const sendBuffer = tcb.chrono.sendBuffer + running('sendBuffer')
  return { busy: tcb.chrono.busy + running('busy') + peerWindow + sendBuffer, peerWindow, sendBuffer }
}
