/**
 * What must come of each cell of the state matrix, by the book and not by our code: RFC 9293 3.10.7 step by step, with RFC 5961, and where Linux parts
 * from them by its departures, each named where it applies. A real kernel (6.18) was asked about every cell: e2e/kernel/matrix.test.ts asks again.
 */
import { ACK, FIN, RST, SYN, URG } from '../../wire'
import { SENT } from './cells'
import type { Cell, Outcome } from './cells'

/** Where Linux does otherwise than the RFCs; the rules below quote these names. */
export const DEPARTURES = {
  synFinIgnored: 'a SYN with FIN does not open a connection (the RFC would take it)',
  synAgain: 'an ACK in SYN-SENT that is not of our SYN sends the SYN again at once, besides the RST',
  textOfSynIgnored: 'data and FIN that come with a SYN are left to be sent again',
  ackFirst: 'a passive SYN-RECEIVED looks at the ACK before the sequence number',
  synResets: 'a new SYN in a passive SYN-RECEIVED ends the attempt with RST (RFC 5961 would challenge it)',
  unaOpens: 'an active SYN-RECEIVED is opened by an ACK of SND.UNA, which acks nothing',
  noAckIgnored: 'a segment without ACK, RST and SYN is ignored before its sequence number is looked at',
  beginsBefore: 'a segment may end at RCV.NXT, or begin at the right edge while nothing waits for a reader',
  resetOfFin: 'once the peer has closed, a RST at the number of its FIN counts as exact',
  synNeverTaken:
    'a SYN outside of the window is challenged, too, and one in it never ends the connection (RFC 5961 4.2)',
  ackedAtMost:
    'an ACK below SND.UNA may lie no farther back than what was ever acked, so a young connection takes none',
  orphanRefuses:
    'an orphan answers new data with RST (RFC 9293 3.6.1); a FIN that stands ahead of order is a sign of data',
  resetJudgedByPaws:
    'in a small record and in a passive SYN-RECEIVED a RST with an old timestamp is not believed (RFC 7323 5.2 exempts it)',
  overtakenAck: 'an old bare ACK below RCV.NXT was overtaken on its way and is not answered (tcp_disordered_ack)',
  stampMayMiss: 'a segment without the timestamps that were agreed on is taken (RFC 7323 3.2 lets it be dropped)',
  smallRecord: 'FIN-WAIT-2 of an orphan and TIME-WAIT are small records that do not look at the ACK',
  quietTimeWait: 'in TIME-WAIT nothing is answered that stands at RCV.NXT and is empty',
} as const

const { max, min } = Math
const NOTHING: readonly string[] = []
/** How far beyond the last connection's numbers the next begins after TIME-WAIT (tcp_twsk_unique, tcp_timewait_state_process). */
const NEXT_ISN = 65_537

/** The segment and the connection that it meets, in numbers from the two ISNs. */
interface Case {
  readonly state: string
  readonly orphan: boolean
  readonly passive: boolean
  readonly has: (flag: number) => boolean
  readonly seq: number
  /** Of the text without FIN, and of all that takes a number. */
  readonly textEnd: number
  readonly end: number
  readonly ack: number
  readonly rcvNxt: number
  readonly edge: number
  readonly una: number
  readonly sndNxt: number
  /** The peer's FIN has come. */
  readonly finSeen: boolean
  /** Its timestamp is older than the last (RFC 7323 5.3), or newer; stampMayMiss: neither. */
  readonly old: boolean
  readonly fresh: boolean
}

const SND_NXT: Readonly<Record<string, readonly [una: number, nxt: number]>> = {
  CLOSED: [0, 0],
  LISTEN: [0, 0],
  'SYN-SENT': [0, 1],
  'SYN-RECEIVED': [0, 1],
  'FIN-WAIT-1': [1, 2],
  'FIN-WAIT-2': [2, 2],
  CLOSING: [1, 2],
  'LAST-ACK': [1, 2],
  'TIME-WAIT': [2, 2],
}
const FIN_SEEN: ReadonlySet<string> = new Set(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'])

/** What the standards and Linux make of the cell, where the right edge of the window stands at `edge`. */
export function expected(cell: Cell, edge: number): Outcome {
  const it = caseOf(cell, edge)
  switch (it.state) {
    case 'CLOSED':
      return outcome('CLOSED', it.has(RST) ? NOTHING : [refusal(it)])
    case 'LISTEN':
      return inListen(it)
    case 'SYN-SENT':
      return inSynSent(it)
    case 'TIME-WAIT':
      return inTimeWait(it)
    case 'SYN-RECEIVED':
      return it.passive ? inHandshake(it) : synchronized(it)
    default:
      return it.state === 'FIN-WAIT-2' && it.orphan ? inSmallFinWait2(it) : synchronized(it)
  }
}

/**
 * What a kernel may do instead: data that header prediction (tcp_rcv_established) takes in before anyone looks whether its ACK is too old, if the socket
 * happens to have memory at hand. Not modelled: our host always looks.
 */
export function predicted(cell: Cell, edge: number): Outcome | undefined {
  const it = caseOf(cell, edge)
  const plain = it.has(ACK) && !it.has(SYN) && !it.has(FIN) && !it.has(RST) && !it.has(URG)
  if (it.state !== 'ESTABLISHED' || !plain || it.old || it.seq !== it.rcvNxt || it.ack > it.sndNxt) return undefined
  return text(it)
}

function caseOf({ start, flags, length, seq, ack, stamp }: Cell, edge: number): Case {
  const [state, variant] = start.split(' ')
  const has = (flag: number): boolean => (flags & flag) !== 0
  const [una, sndNxt] = variant === 'sending' ? [1, 1 + SENT] : (SND_NXT[state] ?? [1, 1])
  const finSeen = FIN_SEEN.has(state)
  const rcvNxt = finSeen ? 2 : 1
  const from = (seq[0] === 'nxt' ? rcvNxt : edge) + seq[1]
  const textEnd = from + length + (has(SYN) ? 1 : 0)
  return {
    state,
    orphan: variant === 'orphan',
    passive: variant !== 'active',
    has,
    seq: from,
    textEnd,
    end: textEnd + (has(FIN) ? 1 : 0),
    ack: (ack[0] === 'nxt' ? sndNxt : una) + ack[1],
    rcvNxt,
    edge,
    una,
    sndNxt,
    finSeen,
    old: stamp === 'old',
    fresh: stamp === 'fresh',
  }
}

function outcome(state: string, answers: readonly string[] = NOTHING, queued = 0): Outcome {
  return { state, answers, queued: state === 'CLOSED' || state === 'TIME-WAIT' ? 0 : queued }
}

/** 3.10.7.1: RST from the numbers of the segment. */
function refusal({ has, ack, end }: Case): string {
  return has(ACK) ? `R ${ack}` : `R. 0 ${end}`
}

/** <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>: an ACK, be it for data, out of window or a challenge. */
function plainAck({ sndNxt, rcvNxt }: Case): string {
  return `. ${sndNxt} ${rcvNxt}`
}

/** The connection as it was. */
function unchanged(it: Case, ...answers: readonly string[]): Outcome {
  const state = it.state === 'SYN-RECEIVED' && it.passive ? 'SYN-RECEIVED' : it.state
  return outcome(state, answers, it.finSeen ? 1 : 0)
}

/** 3.10.7.2. */
function inListen(it: Case): Outcome {
  if (it.has(RST)) return outcome('LISTEN')
  if (it.has(ACK)) return outcome('LISTEN', [refusal(it)])
  // synFinIgnored
  if (!it.has(SYN) || it.has(FIN)) return outcome('LISTEN')
  // textOfSynIgnored
  return outcome('SYN-RECEIVED', [`S. 0 ${it.seq + 1}`])
}

/** 3.10.7.3. */
function inSynSent(it: Case): Outcome {
  if (it.has(ACK) && it.ack !== it.sndNxt) {
    // synAgain
    return unchanged(it, ...(it.has(RST) ? [] : [refusal(it)]), 'S 0')
  }
  if (it.has(RST)) return it.has(ACK) ? outcome('CLOSED') : unchanged(it)
  if (!it.has(SYN)) return unchanged(it)
  // textOfSynIgnored
  return it.has(ACK) ? outcome('ESTABLISHED', [`. 1 ${it.seq + 1}`]) : outcome('SYN-RECEIVED', [`S. 0 ${it.seq + 1}`])
}

/** RFC 9293 3.4's four cases, as the small records have them (tcp_in_window). */
function inWindowOfRecord({ seq, end, rcvNxt, edge }: Case): boolean {
  return seq === rcvNxt || (end > rcvNxt && seq < edge) || (seq === edge && end === seq)
}

/** SYN-RECEIVED of a passive open (Linux tcp_check_req). */
function inHandshake(it: Case): Outcome {
  const inside = inWindowOfRecord(it)
  if (it.has(RST)) {
    // resetJudgedByPaws
    if (it.old) return unchanged(it)
    if (it.seq === it.rcvNxt) return outcome('LISTEN')
    return inside ? unchanged(it, plainAck(it)) : unchanged(it)
  }
  if (it.has(SYN) && !it.has(ACK) && it.seq === 0 && !it.old) return unchanged(it, 'S. 0 1')
  // ackFirst
  if (it.has(ACK) && it.ack !== it.sndNxt) return unchanged(it, refusal(it))
  if (!inside || it.old) return unchanged(it, plainAck(it))
  // synResets
  if (it.has(SYN)) return outcome('LISTEN', [refusal(it)])
  if (!it.has(ACK)) return unchanged(it)
  return text({ ...it, state: 'ESTABLISHED' })
}

/** 3.10.7.4, first to eighth. */
function synchronized(it: Case): Outcome {
  // noAckIgnored
  if (!it.has(ACK) && !it.has(RST) && !it.has(SYN)) return unchanged(it)
  // PAWS (RFC 7323 5.3 R1).
  if (it.old && !it.has(RST)) {
    // overtakenAck
    const overtaken = it.end === it.seq && it.seq < it.rcvNxt
    return overtaken ? unchanged(it) : unchanged(it, plainAck(it))
  }
  // resetOfFin
  if (it.has(RST) && it.finSeen && it.seq === it.rcvNxt - 1) return outcome('CLOSED')
  // First: the sequence number.
  if (!isAcceptable(it)) return it.has(RST) ? unchanged(it) : unchanged(it, plainAck(it))
  // Second: RST, exact or challenged (RFC 5961 3.2).
  if (it.has(RST)) return it.seq === it.rcvNxt ? outcome('CLOSED') : unchanged(it, plainAck(it))
  // Fourth: synNeverTaken, but for the SYN,ACK of a simultaneous open.
  const answersOurSyn = it.state === 'SYN-RECEIVED' && it.has(ACK) && it.end === it.rcvNxt && it.ack === it.sndNxt
  if (it.has(SYN) && !answersOurSyn) return unchanged(it, plainAck(it))
  // Fifth: the ACK (RFC 5961 5.2; ackedAtMost).
  const acked = max(0, it.una - 1)
  if (it.ack > it.sndNxt || it.ack < it.una - acked) {
    return unchanged(it, it.state === 'SYN-RECEIVED' ? refusal(it) : plainAck(it))
  }
  return acceptedAck(it)
}

/** beginsBefore. */
function isAcceptable({ seq, end, textEnd, rcvNxt, edge, finSeen, has }: Case): boolean {
  if (end < rcvNxt) return false
  return end <= edge || (has(FIN) && textEnd <= edge) || (seq <= edge && !finSeen)
}

function acceptedAck(it: Case): Outcome {
  const finAcked = it.ack === it.sndNxt && it.una < it.sndNxt
  switch (it.state) {
    case 'SYN-RECEIVED':
      // unaOpens
      return text({ ...it, state: 'ESTABLISHED' })
    case 'FIN-WAIT-1':
      return text(finAcked ? { ...it, state: 'FIN-WAIT-2' } : it)
    case 'CLOSING':
      return finAcked ? outcome('TIME-WAIT') : text(it)
    case 'LAST-ACK':
      return finAcked ? outcome('CLOSED') : text(it)
    default:
      return text(it)
  }
}

/** Seventh and eighth: text and FIN. */
function text(it: Case): Outcome {
  const { seq, end, textEnd, rcvNxt, has } = it
  const length = end - seq
  if (length === 0) return unchanged(it)
  // A SYN,ACK that was awaited: a duplicate of the SYN we know.
  if (has(SYN)) return unchanged(it, plainAck(it))
  if (it.finSeen) {
    // After the peer's FIN nothing can follow; what overlaps it and goes on is data that nobody will read.
    if (seq >= rcvNxt) return unchanged(it)
    return textEnd > rcvNxt ? outcome('CLOSED', [refusal(it)]) : unchanged(it, plainAck(it))
  }
  // orphanRefuses
  if (it.orphan && textEnd > rcvNxt) return outcome('CLOSED', [refusal(it)])
  // Old, or ahead of order: answered at once (RFC 5681 4.2).
  if (end <= rcvNxt || seq > rcvNxt) return unchanged(it, plainAck(it))
  const answer = plainAck({ ...it, rcvNxt: end })
  const queued = min(end, it.edge) - rcvNxt
  if (!has(FIN)) return outcome(it.state, [answer], queued)
  return outcome(AFTER_FIN[it.state], [answer], queued)
}

const AFTER_FIN: Readonly<Record<string, string>> = {
  ESTABLISHED: 'CLOSE-WAIT',
  'FIN-WAIT-1': 'CLOSING',
  'FIN-WAIT-2': 'TIME-WAIT',
}

/** FIN-WAIT-2 of an orphan (smallRecord; Linux tcp_timewait_state_process). */
function inSmallFinWait2(it: Case): Outcome {
  const { seq, end, rcvNxt, has } = it
  // resetJudgedByPaws
  if (it.old || !inWindowOfRecord(it)) return unchanged(it, plainAck(it))
  if (has(RST)) return outcome('CLOSED')
  const newSyn = has(SYN) && seq >= rcvNxt
  if (!newSyn && (!has(ACK) || end <= rcvNxt || end === seq)) return unchanged(it)
  // orphanRefuses
  if (newSyn || !has(FIN) || end !== rcvNxt + 1) return outcome('CLOSED', [refusal(it)])
  return outcome('TIME-WAIT', [plainAck({ ...it, rcvNxt: end })])
}

/** 3.10.7.4 in TIME-WAIT, 3.6.1, RFC 1337. */
function inTimeWait(it: Case): Outcome {
  const { seq, end, rcvNxt, has } = it
  // resetJudgedByPaws
  if (has(RST)) return seq === rcvNxt && !it.old ? outcome('CLOSED') : unchanged(it)
  // quietTimeWait
  if (seq === rcvNxt && end === seq && !it.old) return unchanged(it)
  if (has(SYN) && !has(ACK) && !it.old && (seq > rcvNxt || it.fresh)) {
    // synFinIgnored: the old record is gone all the same.
    return has(FIN) ? outcome('CLOSED') : outcome('SYN-RECEIVED', [`S. ${it.sndNxt + NEXT_ISN} ${seq + 1}`])
  }
  return unchanged(it, plainAck(it))
}
