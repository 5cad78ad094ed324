/** What a ladder consists of, as plain shapes in pixels from the top left of its panel. Made by layout.ts, drawn by the page. */
import type { Micros } from '../../base'
import type { Fate } from '../packet-index'
import type { Lane } from './lanes'
import type { Axis } from './ticks'

/** What a line says by its stroke: data is solid, a pure ACK thin, what is sent again dashed, ICMP dotted. */
export type LineKind = 'data' | 'ack' | 'again' | 'icmp'

export interface PacketLine {
  readonly packet: number
  readonly kind: LineKind
  /** Of the host that sent it. */
  readonly role: Lane['role']
  readonly fate: Fate
  readonly held: boolean
  /** It waits for the link and stands where it will leave. */
  readonly queued: boolean
  /** Corners: x, y, x, y ... at least two. */
  readonly points: readonly number[]
  /** An acknowledgement that counts: one of the first three duplicates. */
  readonly key: boolean
  /** Place among the duplicate ACKs, 0 for none. */
  readonly duplicateAck: number
  readonly selected: boolean
}

/** A packet under way: a small bar where it is, and a dotted hint of where it heads. */
export interface Bar {
  readonly packet: number
  readonly kind: LineKind
  readonly role: Lane['role']
  readonly x: number
  readonly y: number
  readonly ghostX: number
  readonly ghostY: number
  readonly held: boolean
  readonly queued: boolean
  readonly corrupted: boolean
  readonly selected: boolean
}

export interface Cross {
  readonly packet: number
  readonly x: number
  readonly y: number
  /** Radians of the line that ends here. */
  readonly angle: number
  /** It got to a host, which wanted nothing of it. */
  readonly arrived: boolean
  readonly word:
    | 'lost'
    | 'queueFull'
    | 'unplugged'
    | 'noRoute'
    | 'dropped'
    | 'tooLong'
    | 'ttlExceeded'
    | 'noNeighbour'
    | ''
}

/** Packets that wait in the link's queue: a strip along the lifeline of their sender. */
export interface QueueStrip {
  readonly x: number
  readonly from: number
  readonly to: number
  readonly role: Lane['role']
}

export type LabelTone = 'plain' | 'strong' | 'loss' | 'muted' | 'call' | 'state'

export interface Label {
  readonly x: number
  readonly y: number
  readonly align: 'left' | 'right'
  readonly text: string
  /** A second, smaller line. */
  readonly below: string
  readonly tone: LabelTone
  /** For `state`: which phase of the life of a connection. */
  readonly phase: string
  readonly packet: number
  readonly event: number
}

/** A small mark on a lifeline: a system call, or a state that was entered. */
export interface Mark {
  readonly event: number
  readonly x: number
  readonly y: number
  readonly kind: 'call' | 'returned' | 'failed' | 'state'
  readonly phase: string
  readonly side: 'left' | 'right'
}

export interface BreakBand {
  readonly y: number
  readonly height: number
  readonly micros: Micros
}

export interface LadderPicture {
  readonly width: number
  readonly height: number
  readonly top: number
  readonly lanes: readonly Lane[]
  readonly axisX: number
  readonly axis: Axis
  /** Pixels that ticks are shifted by: a tick is drawn at `pixels - shift`. */
  readonly shift: number
  readonly nowY: number
  readonly lines: readonly PacketLine[]
  readonly bars: readonly Bar[]
  readonly crosses: readonly Cross[]
  readonly strips: readonly QueueStrip[]
  readonly labels: readonly Label[]
  readonly marks: readonly Mark[]
  readonly breaks: readonly BreakBand[]
  /** 0: everything; 1: no words in the gutters; 2: no heads; 3: lines thinned to a density. */
  readonly density: 0 | 1 | 2 | 3
}
