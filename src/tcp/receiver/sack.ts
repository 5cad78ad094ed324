/**
 * What we tell the peer about bytes beyond RCV.NXT: SACK blocks, the latest change first (RFC 2018 4), and duplicates (RFC 2883). At most
 * four blocks are kept, whatever the peer sends. Linux tcp_sack_new_ofo_skb, tcp_sack_maybe_coalesce, tcp_sack_remove, tcp_dsack_set,
 * tcp_dsack_extend.
 */
import { seqGt, seqLe, seqLt, seqMax, seqMin } from '../../base'
import type { Seq32 } from '../../base'
import type { TcpIo } from '../io'
import type { Tcb } from '../tcb'
import { releaseCompressed } from './ack-timing'

/** Linux TCP_NUM_SACKS: what fits into the options without timestamps. */
const MOST_BLOCKS = 4
/** TCP_SACK_BLOCKS_EXPECTED: a change of a block further back than this could go unreported. */
const BLOCKS_EXPECTED = 2

interface Block {
  start: Seq32
  end: Seq32
}

/** Bytes [start, end) have come out of order: the block that they belong to moves to the front. */
export function sackArrived(tcb: Tcb, start: Seq32, end: Seq32, io: TcpIo): void {
  if (!tcb.negotiated.sack) return
  const blocks = tcb.receive.sackBlocks
  const at = blocks.findIndex((block) => touches(block, start, end))
  if (at >= BLOCKS_EXPECTED || (at < 0 && blocks.length >= BLOCKS_EXPECTED)) releaseCompressed(tcb, io)
  if (at < 0) {
    if (blocks.length >= MOST_BLOCKS) blocks.pop()
    blocks.unshift({ start, end })
    return
  }
  const [block] = blocks.splice(at, 1)
  block.start = seqMin(block.start, start)
  block.end = seqMax(block.end, end)
  blocks.unshift(block)
  coalesce(blocks)
}

/** RCV.NXT has advanced: forgets the blocks that it covers. */
export function dropCoveredBlocks(tcb: Tcb): void {
  const { receive, rcv, outOfOrder } = tcb
  if (receive.sackBlocks.length === 0) return
  receive.sackBlocks = outOfOrder.length === 0 ? [] : receive.sackBlocks.filter((block) => seqLt(rcv.nxt, block.start))
}

/** Bytes [start, end) came again; the next ACK says so first. */
export function reportDuplicate(tcb: Tcb, start: Seq32, end: Seq32, io: TcpIo): void {
  if (!tcb.negotiated.sack || io.sysctl.tcp_dsack === 0) return
  io.count(seqLt(start, tcb.rcv.nxt) ? 'TCPDSACKOldSent' : 'TCPDSACKOfoSent')
  tcb.receive.dsack = { start, end }
  tcb.ecn.duplicateEnd = end
}

/** As reportDuplicate, for a further piece of the same segment. */
export function extendDuplicate(tcb: Tcb, start: Seq32, end: Seq32, io: TcpIo): void {
  const { dsack } = tcb.receive
  if (dsack === undefined) reportDuplicate(tcb, start, end, io)
  else if (touches(dsack, start, end)) {
    dsack.start = seqMin(dsack.start, start)
    dsack.end = seqMax(dsack.end, end)
    tcb.ecn.duplicateEnd = dsack.end
  }
}

/** The first block may have grown into others. */
function coalesce(blocks: Block[]): void {
  const first = blocks[0]
  for (let i = 1; i < blocks.length;) {
    if (!touches(first, blocks[i].start, blocks[i].end)) {
      i++
      continue
    }
    first.start = seqMin(first.start, blocks[i].start)
    first.end = seqMax(first.end, blocks[i].end)
    blocks.splice(i, 1)
  }
}

function touches(block: Block, start: Seq32, end: Seq32): boolean {
  return seqLe(start, block.end) && seqLe(block.start, end)
}

/** Highest sequence number that any block reports, where there is one. */
export function highestSacked(tcb: Tcb): Seq32 | undefined {
  let highest: Seq32 | undefined
  for (const block of tcb.receive.sackBlocks) {
    if (highest === undefined || seqGt(block.end, highest)) highest = block.end
  }
  return highest
}
