/**
 * Reading SACK options into the scoreboard: RFC 2018 (SACK), RFC 2883 (DSACK). Blocks that lie are ignored, whatever they say. Linux:
 * tcp_sacktag_write_queue, tcp_is_sackblock_valid, tcp_check_dsack, tcp_sacktag_one. A segment that a block covers only in part keeps its
 * mark: Linux splits only segments larger than one MSS, which this stack does not send.
 */
import { seqDiff, seqGe, seqGt, seqLe, seqLt, seqMax } from '../../base'
import type { SackBlock } from '../../wire'
import type { TcpIo } from '../io'
import { noteDelivery } from '../sender/rate'
import type { SentSegment, Tcb } from '../tcb'
import { rackAdvance } from './rack'
import { firstEndingAfter, highestSackSeq, noteReordering } from './scoreboard'
import { countDelivered, DATA_SACKED, DUPLICATE_REPORTED, ORIGINAL_DELIVERED, PROBE_DUPLICATED } from './verdict'
import type { AckFacts } from './verdict'

/** Marks what `blocks`, in the order of the option, say was received. */
export function readSacks(tcb: Tcb, blocks: readonly SackBlock[], facts: AckFacts, io: TcpIo): void {
  if (!tcb.negotiated.sack || blocks.length === 0) return
  const { recovery } = tcb
  const duplicate = checkDsack(tcb, blocks, facts, io)
  // Far too old an ACK: nothing in it can be new.
  if (seqLt(facts.ack, seqMinus(facts.priorUna, tcb.snd.maxWnd)) || tcb.sent.length === 0) return
  const before = recovery.sackedOut
  const dsack = duplicate ? blocks[0] : undefined
  // Ascending, or what one ACK newly tells of two islands would look like reordering.
  const ascending = blocks.length > 1 ? blocks.toSorted((a, b) => seqDiff(a.start, b.start)) : blocks
  for (const block of ascending) {
    if (isValid(tcb, block, block === dsack)) tagBlock(tcb, block, block === dsack, facts, io)
    else countIgnored(tcb, block, block === dsack, facts, io)
  }
  if (recovery.caState !== 'Loss' || recovery.undoMarker !== undefined) noteReordering(tcb, facts.reorderedFrom, io)
  if (recovery.sackedOut > before) {
    io.recorder.emit('tcp/sacked', 'sackOption', (recovery.sackedOut - before) * tcb.mssNow, highestSackSeq(tcb))
  }
}

/** A block that cannot be meant; one that an overtaken ACK brought is no news and is not counted. */
function countIgnored(tcb: Tcb, block: SackBlock, isDsack: boolean, facts: AckFacts, io: TcpIo): void {
  if (isDsack) io.count(tcb.recovery.undoMarker === undefined ? 'TCPDSACKIgnoredNoUndo' : 'TCPDSACKIgnoredOld')
  else if (facts.ack === tcb.snd.una || seqGt(block.end, tcb.snd.una)) io.count('TCPSACKDiscard')
}

function seqMinus(seq: SackBlock['start'], bytes: number): SackBlock['start'] {
  return ((seq - bytes) >>> 0) as SackBlock['start']
}

/** RFC 2883 4: the first block is a DSACK when it lies below the ACK, or inside the second. */
function checkDsack(tcb: Tcb, blocks: readonly SackBlock[], facts: AckFacts, io: TcpIo): boolean {
  const { recovery } = tcb
  const [first, second] = blocks
  const below = seqLt(first.start, facts.ack)
  const inside = second !== undefined && seqLe(first.end, second.end) && seqGe(first.start, second.start)
  if (!below && !inside) return false
  io.count(below ? 'TCPDSACKRecv' : 'TCPDSACKOfoRecv')
  const duplicates = believeDuplicates(tcb, first, facts)
  if (duplicates === 0) {
    io.count('TCPDSACKIgnoredDubious')
    return false
  }
  io.count('TCPDSACKRecvSegs', duplicates)
  countDelivered(tcb, duplicates)
  const { undoMarker } = recovery
  if (undoMarker !== undefined && recovery.undoRetrans > 0) {
    if (seqLe(first.end, facts.priorUna) && seqGt(first.end, undoMarker)) {
      recovery.undoRetrans = Math.max(0, recovery.undoRetrans - duplicates)
    }
  }
  return true
}

/** How many of our retransmissions the DSACK says were needless; 0 when it claims more than we ever retransmitted. */
function believeDuplicates(tcb: Tcb, block: SackBlock, facts: AckFacts): number {
  const { recovery } = tcb
  const bytes = (block.end - block.start) >>> 0
  if (bytes > tcb.snd.maxWnd) return 0
  const probe = recovery.tlpHighSeq !== undefined && recovery.tlpHighSeq === block.end && bytes <= tcb.mssNow
  const duplicates = Math.max(1, Math.ceil(bytes / tcb.mssNow))
  recovery.dsackDuplicates += duplicates
  if (recovery.dsackDuplicates > tcb.totals.retransmits) return 0
  if (probe) facts.flags |= PROBE_DUPLICATED
  if (recovery.reorderingSeen > 0 && !probe) recovery.rackDsackSeen = true
  facts.flags |= DUPLICATE_REPORTED
  return duplicates
}

/** Inside what is outstanding; a DSACK may also lie below SND.UNA as far as this recovery reaches. */
function isValid(tcb: Tcb, block: SackBlock, isDsack: boolean): boolean {
  const { una, nxt, maxWnd } = tcb.snd
  if (seqGt(block.end, nxt) || !seqLt(block.start, block.end) || !seqLt(block.start, nxt)) return false
  if (seqGt(block.start, una)) return true
  const { undoMarker } = tcb.recovery
  if (!isDsack || undoMarker === undefined || seqGt(block.end, una)) return false
  if (seqGe(block.start, undoMarker)) return true
  return seqGt(block.end, undoMarker) && seqDiff(block.end, block.start) <= maxWnd
}

function tagBlock(tcb: Tcb, block: SackBlock, isDsack: boolean, facts: AckFacts, io: TcpIo): void {
  const { sent } = tcb
  for (let i = firstEndingAfter(sent, block.start); i < sent.length; i++) {
    const segment = sent[i]
    if (seqGt(segment.end, block.end)) break
    if (seqLt(segment.seq, block.start)) continue
    if (isDsack) tagDuplicate(tcb, segment, facts)
    if (!segment.sacked && seqGt(segment.end, tcb.snd.una)) tagSacked(tcb, segment, facts, io)
    if (isDsack && segment.retransInFlight) {
      segment.retransInFlight = false
      tcb.recovery.retransOut--
    }
  }
}

/** A retransmission of this segment was needless. */
function tagDuplicate(tcb: Tcb, segment: SentSegment, facts: AckFacts): void {
  const { recovery } = tcb
  if (segment.retransmits === 0) return
  const { undoMarker } = recovery
  if (undoMarker !== undefined && recovery.undoRetrans > 0 && seqGt(segment.end, undoMarker)) recovery.undoRetrans--
  if (segment.sacked && seqLt(segment.seq, facts.reorderedFrom)) facts.reorderedFrom = segment.seq
}

function tagSacked(tcb: Tcb, segment: SentSegment, facts: AckFacts, io: TcpIo): void {
  const { recovery } = tcb
  rackAdvance(tcb, segment.retransmits > 0, segment.end, segment.lastSentAt, io.now)
  if (segment.retransInFlight) {
    // Not marked lost: then the retransmission was a guess and is believed to be still on its way.
    if (segment.lost) {
      segment.lost = false
      segment.retransInFlight = false
      recovery.lostOut--
      recovery.retransOut--
    }
  } else {
    if (segment.retransmits === 0) {
      if (seqLt(segment.seq, highestSackSeq(tcb)) && seqLt(segment.seq, facts.reorderedFrom)) {
        facts.reorderedFrom = segment.seq
      }
      if (seqLe(segment.end, recovery.highSeq)) facts.flags |= ORIGINAL_DELIVERED
      if (!Number.isFinite(facts.firstSackSentAt)) facts.firstSackSentAt = segment.lastSentAt
      facts.lastSackSentAt = segment.lastSentAt
    }
    if (segment.lost) {
      segment.lost = false
      recovery.lostOut--
    }
  }
  segment.sacked = true
  facts.flags |= DATA_SACKED
  noteDelivery(tcb, facts, segment)
  recovery.highestSack = recovery.sackedOut === 0 ? segment.end : seqMax(recovery.highestSack, segment.end)
  recovery.sackedOut++
  countDelivered(tcb, 1)
  facts.deliveredBytes += seqDiff(segment.end, segment.seq)
}
