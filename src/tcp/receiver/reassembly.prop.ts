/** Reassembly against a model that a child could check: a map of which byte has come. */
import fc from 'fast-check'
import { test } from 'vitest'
import { assert, seq32, seqAdd, seqDiff, seqGe, seqGt } from '../../base'
import { connected, craft, inject, pattern, read, sameBytes } from '../../testing/tcp-pair'
import { ACK, FIN } from '../../wire'
import { truesize } from './memory'
import { islandEnd } from './reassembly'

const LENGTH = 4_000

const piece = fc.record({
  start: fc.integer({ min: 0, max: LENGTH }),
  length: fc.integer({ min: 0, max: 600 }),
  readAfter: fc.boolean(),
})

/** What a chaotic network brings: any pieces of the stream, in any order, FIN where the stream ends. */
const schedule = fc.record({
  issB: fc.constantFrom(70_000, 0xffff_fff0, 0xffff_f800, 0x7fff_fff0),
  pieces: fc.array(piece, { maxLength: 60 }),
  sack: fc.boolean(),
})

test('whatever comes in whatever order, each byte is delivered once and in its place', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(schedule, ({ issB, pieces, sack }) => {
      const off = sack ? {} : { tcp_sack: 0 }
      // The bytes go from b to a, so that b's ISN is the one that wraps.
      const pair = connected({ issB, sysctl: off })
      pair.wire = () => []
      const stream = pattern(0, LENGTH)
      const come = new Uint8Array(LENGTH + 1)
      let delivered = 0
      let crowded = false
      const take = () => {
        const bytes = read(pair, 'a')
        assert(sameBytes(bytes, stream.subarray(delivered, delivered + bytes.length)), 'the bytes are right')
        delivered += bytes.length
      }
      for (const { start, length, readAfter } of pieces) {
        const end = Math.min(LENGTH, start + length)
        const fin = start + length >= LENGTH
        const payload = stream.subarray(start, end)
        inject(pair, 'a', craft(pair, 'a', { flags: ACK | (fin ? FIN : 0), seq: 1 + start, payload }))
        if (start <= LENGTH) come.fill(1, start, fin ? LENGTH + 1 : end)
        const next = come.indexOf(0) < 0 ? LENGTH + 1 : come.indexOf(0)
        const { tcb } = pair.a
        assert(seqDiff(tcb.rcv.nxt, seqAdd(tcb.irs, 1)) === next, 'RCV.NXT is the first byte that has not come')
        assert(sameBytes(islandBitmap(tcb), come.subarray(next)), 'the islands are what has come')
        crowded ||= runsIn(come, next) > 4
        if (sack) checkSack(tcb, come, crowded)
        if (readAfter) take()
        checkMemory(tcb)
      }
      take()
      const next = come.indexOf(0)
      assert(delivered === (next < 0 ? LENGTH : next), 'all that is in order was read')
    }),
    { numRuns: 200, interruptAfterTimeLimit: 20_000 },
  )
})

type Tcb = ReturnType<typeof connected>['a']['tcb']

/** Which sequence numbers from RCV.NXT on are held, up to the FIN's. */
function islandBitmap(tcb: Tcb): Uint8Array {
  const from = seqDiff(tcb.rcv.nxt, seqAdd(tcb.irs, 1))
  const held = new Uint8Array(LENGTH + 1 - from)
  let end = tcb.rcv.nxt
  for (const island of tcb.outOfOrder) {
    assert(seqGe(island.seq, end), 'islands are ascending and disjoint')
    end = islandEnd(island)
    assert(seqGt(end, island.seq), 'no island is empty')
    held.fill(1, seqDiff(island.seq, tcb.rcv.nxt), seqDiff(end, tcb.rcv.nxt))
  }
  return held
}

/**
 * Every block is a run of held bytes beyond RCV.NXT, none is missing and each is as long as can be; unless there were once more than four runs,
 * so that one had to be forgotten.
 */
function checkSack(tcb: Tcb, come: Uint8Array, crowded: boolean): void {
  const first = seqAdd(tcb.irs, 1)
  const { sackBlocks } = tcb.receive
  for (const { start, end } of sackBlocks) {
    assert(seqGt(start, tcb.rcv.nxt), 'blocks are beyond RCV.NXT')
    const [from, to] = [seqDiff(start, first), seqDiff(end, first)]
    assert(
      come.subarray(from, to).every((bit) => bit === 1),
      'a block tells of bytes that are held',
    )
    if (!crowded) assert(come[from - 1] === 0 && (come[to] ?? 0) === 0, 'a block is a whole run')
  }
  assert(sackBlocks.length <= 4, 'at most four blocks')
  if (!crowded) assert(sackBlocks.length === runsIn(come, seqDiff(tcb.rcv.nxt, first)), 'a block for each run')
}

/** Runs of held bytes from place `from` on. */
function runsIn(come: Uint8Array, from: number): number {
  let runs = 0
  for (let i = from; i < come.length; i++) if (come[i] === 1 && come[i - 1] !== 1) runs++
  return runs
}

function checkMemory(tcb: Tcb): void {
  const chunks = [...tcb.receiveChunks, ...tcb.outOfOrder]
  const charged = chunks.reduce((sum, chunk) => sum + truesize(chunk.bytes.length), 0)
  assert(tcb.receive.memory === charged, 'memory is charged by the piece')
  let at = tcb.receiveChunks.length > 0 ? tcb.receiveChunks[0].seq : seq32(0)
  for (const chunk of tcb.receiveChunks) {
    assert(chunk.seq === at, 'what is in order has no holes')
    at = seqAdd(chunk.seq, chunk.bytes.length)
  }
}
