/**
 * DCTCP (RFC 8257): the window falls by as much as is marked. alpha, the smoothed share of marked segments, is brought up to date once a round trip;
 * one mark in a round trip costs alpha/2 of the window, a loss half of it. Growth is Reno's. Linux: tcp_dctcp.c. A peer that does not speak ECN leaves
 * plain Reno (`dctcp-reno`). Its receiver's side, an ACK at every change of the mark, is input/marks.ts.
 */
import { seqGe } from '../../base'
import type { Seq32 } from '../../base'
import { NOT_ECT } from '../../wire'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import type { CongestionAlgorithm } from './algorithm'
import { reno } from './reno'

/** alpha is counted in 1024ths (DCTCP_MAX_ALPHA), and begins as if all were marked (dctcp_alpha_on_init). */
const ALL = 1_024
/** Weight of a new round trip is 1/16 (dctcp_shift_g): RFC 8257 3.3's g. */
const SHIFT = 4
const LEAST_WINDOW = 2

export const dctcp: CongestionAlgorithm = {
  name: 'dctcp',
  needsEcn: true,
  echoesEachChange: true,
  create: () => ({ alpha: ALL, nextSeq: 0, delivered: 0, marked: 0, lossWindow: 0 }),
  init(tcb: Tcb): void {
    const { mode } = tcb.ecn
    if (mode !== 'rfc3168' && mode !== 'accecn' && tcb.state !== 'CLOSED' && tcb.state !== 'LISTEN') {
      tcb.congestion.algorithm = dctcpReno.name
      tcb.ecn.codepoint = NOT_ECT
      return
    }
    tcb.ecn.priorNext = tcb.rcv.nxt
    tcb.ecn.markState = false
    newRound(tcb)
  },
  ssthresh(tcb: Tcb): number {
    const { cwnd, own } = tcb.congestion
    own.lossWindow = cwnd
    return Math.max(cwnd - Math.floor((cwnd * own.alpha) / (2 * ALL)), LEAST_WINDOW)
  },
  avoid: (tcb, acked, io) => reno.avoid(tcb, acked, io),
  measured: nothing,
  told: ({ congestion: { own }, ecn, recovery, mssNow }) => ({
    ce_state: Number(ecn.markState),
    alpha: own.alpha,
    ab_ecn: (ecn.deliveredCe - own.marked) * mssNow,
    ab_tot: (recovery.delivered - own.delivered) * mssNow,
  }),
  enters(tcb, to): void {
    if (to === 'Recovery' && tcb.recovery.caState !== 'Recovery') halve(tcb)
  },
  happens(tcb, moment): void {
    if (moment === 'loss') halve(tcb)
  },
  undone: ({ congestion }) => Math.max(congestion.cwnd, congestion.own.lossWindow),
  acked(tcb: Tcb): void {
    const { own } = tcb.congestion
    if (!seqGe(tcb.snd.una, own.nextSeq as Seq32)) return
    const delivered = tcb.recovery.delivered - own.delivered
    const marked = tcb.ecn.deliveredCe - own.marked
    const decay = own.alpha >> SHIFT
    const alpha = own.alpha - (decay === 0 ? own.alpha : decay)
    const share = Math.floor((marked * 2 ** (10 - SHIFT)) / Math.max(1, delivered))
    own.alpha = Math.min(alpha + share, ALL)
    newRound(tcb)
  },
}

/** What is left where the peer refuses ECN. Not for TCP_CONGESTION to choose. */
export const dctcpReno: CongestionAlgorithm = { ...reno, name: 'dctcp-reno' }

function newRound(tcb: Tcb): void {
  const { own } = tcb.congestion
  own.nextSeq = tcb.snd.nxt
  own.delivered = tcb.recovery.delivered
  own.marked = tcb.ecn.deliveredCe
}

/** A loss is a loss (RFC 8257 3.5): half of the window, whatever alpha. */
function halve(tcb: Tcb): void {
  const { congestion } = tcb
  congestion.own.lossWindow = congestion.cwnd
  congestion.ssthresh = Math.max(congestion.cwnd >> 1, LEAST_WINDOW)
}

function nothing(_tcb: Tcb, _micros: number, _io: TcpIo): void {
  // Only marks and losses count.
}
