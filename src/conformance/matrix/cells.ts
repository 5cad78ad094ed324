/**
 * The full matrix of one segment into every state: eleven states (some reached in two ways) x kinds of segment x its SEQ against the receive window x its
 * ACK against what we have sent. Here are the cells; oracle.ts says what must come of each, by the book; our host and a real kernel are asked.
 */
import { ACK, FIN, PSH, RST, SYN, URG } from '../../wire'

/**
 * States to begin in, and other ways to them: an open that was active, a close() instead of a shutdown(), data in flight, a hundred bytes that came
 * ahead of order.
 */
export const STARTS = [
  'CLOSED',
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'SYN-RECEIVED active',
  'ESTABLISHED',
  'ESTABLISHED sending',
  'ESTABLISHED gap',
  'FIN-WAIT-1',
  'FIN-WAIT-1 orphan',
  'FIN-WAIT-2',
  'FIN-WAIT-2 orphan',
  'CLOSE-WAIT',
  'CLOSE-WAIT sending',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
] as const
export type Start = (typeof STARTS)[number]

const DATA = 100
/** Bytes in flight where the start says `sending`. */
export const SENT = 3_000

/** Flags and bytes of data. */
const KINDS: Readonly<Record<string, readonly [flags: number, length: number]>> = {
  SYN: [SYN, 0],
  'SYN+data': [SYN, DATA],
  'SYN+FIN': [SYN | FIN, 0],
  'SYN+ACK': [SYN | ACK, 0],
  'SYN+RST': [SYN | RST, 0],
  ACK: [ACK, 0],
  data: [PSH | ACK, DATA],
  FIN: [FIN | ACK, 0],
  'FIN+data': [FIN | PSH | ACK, DATA],
  URG: [URG | PSH | ACK, DATA],
  RST: [RST, 0],
  'RST+ACK': [RST | ACK, 0],
  'RST+data': [RST, DATA],
  'no flags': [0, 0],
  'data without ACK': [PSH, DATA],
  'FIN without ACK': [FIN, 0],
}

export type SeqBase = 'nxt' | 'edge'
export type AckBase = 'una' | 'nxt'

/** Counted from RCV.NXT, or from the right edge of the window. `before` ends in the window where it carries data. */
const SEQS: Readonly<Record<string, readonly [SeqBase, number]>> = {
  'SEQ below': ['nxt', -1_000],
  'SEQ before': ['nxt', -1],
  'SEQ at left edge': ['nxt', 0],
  'SEQ inside': ['nxt', 1_000],
  'SEQ at right edge': ['edge', 0],
  'SEQ above': ['edge', 10_000],
}

/** Counted from SND.UNA or SND.NXT. `ancient` lies farther back than any window that was ever offered. */
const ACKS: Readonly<Record<string, readonly [AckBase, number]>> = {
  'ACK ancient': ['una', -200_000],
  'ACK old': ['una', -10],
  'ACK una': ['una', 0],
  'ACK exact': ['nxt', 0],
  'ACK high': ['nxt', 1_000],
}
const NO_ACK: Readonly<Record<string, readonly [AckBase, number]>> = { 'no ACK': ['nxt', 0] }

export const STAMPS = ['fresh', 'old', 'missing'] as const
export type Stamp = (typeof STAMPS)[number]

/** Where a SYN or FIN of ours is not acked yet: SND.UNA is one less than SND.NXT. */
const UNACKED: ReadonlySet<string> = new Set(['SYN-SENT', 'SYN-RECEIVED', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK'])

export interface Cell {
  /** Start, kind, SEQ and ACK in words: the name of the cell. */
  readonly id: string
  readonly start: Start
  readonly flags: number
  readonly length: number
  readonly seq: readonly [SeqBase, number]
  readonly ack: readonly [AckBase, number]
  /** SND.NXT less SND.UNA. */
  readonly unacked: number
  /** Where both SYNs bore timestamps: that of the segment. */
  readonly stamp: Stamp | undefined
}

/** What came of one segment. */
export interface Outcome {
  /** The state afterwards; of a listener where the attempt is gone, LISTEN. */
  readonly state: string
  /**
   * What was sent, as `flags seq ack`, numbers from the ISNs (0 where there is none); a FIN that is sent again by its timer is left out.
   */
  readonly answers: readonly string[]
  /** Bytes of data, and of a FIN, that wait for a reader. */
  readonly queued: number
}

/** `ESTABLISHED, 100 queued, sent [. 1 101]`. */
export function tellOutcome({ state, answers, queued }: Outcome): string {
  return `${state}, ${queued} queued, sent [${answers.join(', ')}]`
}

export function allCells(): Cell[] {
  return STARTS.flatMap((start) => [...plainCells(start), ...stampedCells(start)])
}

/** Without timestamps: every kind at every SEQ with every ACK. */
function plainCells(start: Start): Cell[] {
  return Object.entries(KINDS).flatMap(([kind, [flags]]) =>
    Object.keys(SEQS).flatMap((where) =>
      Object.keys((flags & ACK) === 0 ? NO_ACK : ACKS).map((what) => cellOf(start, kind, where, what, undefined)),
    ),
  )
}

/** With timestamps: every kind at every SEQ, its timestamp fresh, old or missing; the ACK is exact. */
function stampedCells(start: Start): Cell[] {
  return Object.entries(KINDS).flatMap(([kind, [flags]]) =>
    Object.keys(SEQS).flatMap((where) =>
      STAMPS.map((stamp) => cellOf(start, kind, where, (flags & ACK) === 0 ? 'no ACK' : 'ACK exact', stamp)),
    ),
  )
}

function cellOf(start: Start, kind: string, where: string, what: string, stamp: Stamp | undefined): Cell {
  const [flags, length] = KINDS[kind]
  return {
    id: `${start} | ${kind} | ${where} | ${what}${stamp === undefined ? '' : `, timestamp ${stamp}`}`,
    start,
    flags,
    length,
    seq: SEQS[where],
    ack: { ...ACKS, ...NO_ACK }[what],
    unacked: start.endsWith('sending') ? SENT : UNACKED.has(start.split(' ')[0]) ? 1 : 0,
    stamp,
  }
}
