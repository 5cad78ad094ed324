/**
 * One row for every packet of a trace, as columns: who sent it to whom, when, what became of it, and the few header fields
 * that a picture needs. A session of 100 000 packets is some 12 MB and no object for the collector to walk.
 */
/** What became of a packet, as a number in the `fate` column. */
export const FATES = ['inFlight', 'delivered', 'lost', 'dropped'] as const
export type Fate = (typeof FATES)[number]

export const IN_FLIGHT = 0
export const DELIVERED = 1
export const LOST = 2
/** It arrived, and the host or the connection ignored it. */
export const DROPPED = 3

/** Bits of the `marks` column. */
export const RETRANSMITTED = 1
export const CORRUPTED = 2
/** A second copy that the link made. */
export const COPY = 4
/** Delayed, held or released on its way: its line has bends. */
export const BENT = 8
/** It set out half-way: a word of the router that a link stands for. */
export const HALFWAY = 16

export interface PacketRows {
  count: number
  /** Hosts; -1 where the address is nobody's. */
  from: Int8Array
  to: Int8Array
  /** The host that made it: another one than `from` where a router passed it on. */
  origin: Int8Array
  /** Which way of which link: link * 2, one more from b to a; -1 for none. */
  direction: Int32Array
  /** When TCP handed it to the link. */
  sentAt: Float64Array
  /** When its first bit left: later than `sentAt` by the time in the link's queue. */
  departsAt: Float64Array
  /** When it arrives if nothing befalls it, by the link's rate and delay. */
  naturalAt: Float64Array
  /** When it arrived or was lost; NEVER while it is under way. */
  endAt: Float64Array
  fate: Uint8Array
  /** Why it was lost or dropped: an index into LOSS_REASONS or DROP_REASONS, by the fate. */
  reason: Uint8Array
  /** Event that sent it; -1 until that event is known. */
  sentEvent: Int32Array
  /** Event that ended it; -1 while it is under way. */
  endEvent: Int32Array
  /** The tcp/segmentArrived event at the receiver; -1 for none. */
  arrivedEvent: Int32Array
  /** Index into SEND_PURPOSES. */
  purpose: Uint8Array
  /** What the IP header carries: 6 TCP, 17 UDP, 1 ICMP. */
  protocol: Uint8Array
  flags: Uint16Array
  /** Counted from the ISNs where they are known, so that the SYN is 0. */
  seq: Float64Array
  ack: Float64Array
  window: Uint16Array
  /** Payload bytes. */
  length: Uint32Array
  /** Socket that sent it; -1 for raw segments and resets of no connection. */
  socket: Int32Array
  marks: Uint8Array
  /** Place among the duplicate ACKs that the receiver counted, from 1; 0 for none. */
  duplicateAck: Uint16Array
}

export function createRows(): PacketRows {
  return { count: 0, ...columnsOf(64) }
}

function columnsOf(size: number): Omit<PacketRows, 'count'> {
  return {
    from: new Int8Array(size),
    to: new Int8Array(size),
    origin: new Int8Array(size),
    direction: new Int32Array(size),
    sentAt: new Float64Array(size),
    departsAt: new Float64Array(size),
    naturalAt: new Float64Array(size),
    endAt: new Float64Array(size),
    fate: new Uint8Array(size),
    reason: new Uint8Array(size),
    sentEvent: new Int32Array(size),
    endEvent: new Int32Array(size),
    arrivedEvent: new Int32Array(size),
    purpose: new Uint8Array(size),
    protocol: new Uint8Array(size),
    flags: new Uint16Array(size),
    seq: new Float64Array(size),
    ack: new Float64Array(size),
    window: new Uint16Array(size),
    length: new Uint32Array(size),
    socket: new Int32Array(size),
    marks: new Uint8Array(size),
    duplicateAck: new Uint16Array(size),
  }
}

/** Makes room for `count` rows in all. */
export function reserveRows(rows: PacketRows, count: number): void {
  if (count <= rows.from.length) return
  const wider = columnsOf(Math.max(count, rows.from.length * 2))
  for (const name of Object.keys(wider) as (keyof typeof wider)[]) wider[name].set(rows[name])
  Object.assign(rows, wider)
}
