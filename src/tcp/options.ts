/**
 * Which options a segment of this connection carries: on a SYN all that our sysctls allow, on a SYN,ACK what both sides can do, afterwards
 * timestamps and SACK blocks. The order of the bytes is the codec's affair. RFC 9293 3.2, RFC 7323, RFC 2018; Linux tcp_syn_options,
 * tcp_synack_options, tcp_established_options; AccECN options are ecn/option.ts's. Leaves out: Fast Open, MD5, MPTCP.
 */
import { MICROS_PER_MS } from '../base'
import type { Micros, Seq32 } from '../base'
import { accEcnLength, NO_OPTIONS, optionsLength } from '../wire'
import type { SackBlock, TcpOptions } from '../wire'
import { fitOption, synAckOption, takeOption, wantsOption } from './ecn/option'
import type { TcpIo } from './io'
import type { Tcb } from './tcb'

export type SegmentKind = 'syn' | 'synAck' | 'segment'

/** Bytes of the timestamps option with its padding. */
export const TIMESTAMPS_LENGTH = 12
const OPTIONS_ROOM = 40
const SACK_HEADER = 4
const SACK_BLOCK = 8
const NO_BLOCKS: readonly SackBlock[] = []

/** Our timestamp clock: milliseconds of virtual time plus the connection's own offset (RFC 7323 5.4). */
export function timestampNow(tcb: Tcb, now: Micros): number {
  return (Math.floor(now / MICROS_PER_MS) + tcb.timestamps.offset) >>> 0
}

/** The options that a segment sent now must carry. Reports a waiting duplicate (DSACK) once, and forgets it. */
export function segmentOptions(tcb: Tcb, io: TcpIo, kind: SegmentKind): TcpOptions {
  if (kind === 'segment') return establishedOptions(tcb, io)
  const { sysctl } = io
  // A SYN,ACK of a simultaneous open repeats what our SYN has offered: the peer has not refused it.
  const answer = kind === 'synAck' && tcb.passive
  const timestamps = answer ? tcb.negotiated.timestamps : sysctl.tcp_timestamps !== 0
  const scale = answer ? tcb.negotiated.windowScale : sysctl.tcp_window_scaling !== 0
  const options: TcpOptions = {
    mss: tcb.rmss,
    windowScale: scale ? tcb.rcv.wscale : undefined,
    sackPermitted: answer ? tcb.negotiated.sack : sysctl.tcp_sack !== 0,
    sack: NO_BLOCKS,
    timestamps: timestamps ? { value: timestampNow(tcb, io.now), echo: tcb.timestamps.recent } : undefined,
    accEcn: undefined,
  }
  if (kind === 'syn') return options
  const accEcn = synAckOption(tcb, OPTIONS_ROOM - optionsLength(options), options, io)
  return accEcn === undefined ? options : { ...options, accEcn }
}

/** Bytes of options that a segment after the handshake carries at present: what must be taken off the MSS. */
export function optionBytes(tcb: Tcb, io: TcpIo): number {
  return layout(tcb, io).length
}

interface Layout {
  readonly blocks: number
  /** Counters of an AccECN option; undefined for no option. */
  readonly fields: number | undefined
  readonly length: number
}

/** What a segment has to tell at present and how much of it there is room for. */
function layout(tcb: Tcb, io: TcpIo): Layout {
  const fixed = tcb.negotiated.timestamps ? TIMESTAMPS_LENGTH : 0
  const blocks = sackBlocksNow(tcb)
  const length = fixed + sackBytes(blocks)
  const fit = wantsOption(tcb, io) ? fitOption(tcb, OPTIONS_ROOM - length, blocks) : undefined
  if (fit === undefined) return { blocks, fields: undefined, length }
  const accEcn = accEcnLength(fit.fields, { ...NO_OPTIONS, sack: { length: fit.blocks } })
  return { blocks: fit.blocks, fields: fit.fields, length: fixed + sackBytes(fit.blocks) + accEcn }
}

function sackBytes(blocks: number): number {
  return blocks === 0 ? 0 : SACK_HEADER + blocks * SACK_BLOCK
}

function establishedOptions(tcb: Tcb, io: TcpIo): TcpOptions {
  const { timestamps } = tcb.negotiated
  const { blocks, fields, length } = layout(tcb, io)
  if (length === 0) return NO_OPTIONS
  const accEcn = fields === undefined ? undefined : takeOption(tcb, fields, io)
  return {
    mss: undefined,
    windowScale: undefined,
    sackPermitted: false,
    sack: blocks === 0 ? NO_BLOCKS : takeBlocks(tcb, blocks),
    timestamps: timestamps ? { value: timestampNow(tcb, io.now), echo: tcb.timestamps.recent } : undefined,
    accEcn,
  }
}

/** How many blocks there are to report and room for: three beside timestamps, else four. */
function sackBlocksNow(tcb: Tcb): number {
  const { sackBlocks, dsack } = tcb.receive
  const wanted = sackBlocks.length + (dsack === undefined ? 0 : 1)
  if (wanted === 0 || !tcb.negotiated.sack) return 0
  const room = OPTIONS_ROOM - SACK_HEADER - (tcb.negotiated.timestamps ? TIMESTAMPS_LENGTH : 0)
  return Math.min(wanted, Math.floor(room / SACK_BLOCK))
}

/** A duplicate first (RFC 2883 4), then the most recently changed islands (RFC 2018 4). */
function takeBlocks(tcb: Tcb, count: number): SackBlock[] {
  const { sackBlocks, dsack } = tcb.receive
  const blocks: { start: Seq32; end: Seq32 }[] = []
  if (dsack !== undefined) blocks.push({ start: dsack.start, end: dsack.end })
  tcb.receive.dsack = undefined
  for (let i = 0; blocks.length < count; i++) blocks.push({ start: sackBlocks[i].start, end: sackBlocks[i].end })
  return blocks
}
