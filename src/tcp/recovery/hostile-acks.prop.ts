/** Whatever a peer acknowledges, the sender's books balance: counters equal marks, nothing throws, windows stay sane. */
import fc from 'fast-check'
import { test } from 'vitest'
import { assert, seqDiff, seqLe, seqLt } from '../../base'
import { ack, pass, senderBench, write } from '../../testing/sender-bench'
import type { SenderBench } from '../../testing/sender-bench'
import { payloadAt } from '../sender/queue'
import { segmentsInFlight } from './counts'

/** One thing that happens; positions are parts per thousand of what is outstanding, and a little beyond. */
const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('write' as const), bytes: fc.integer({ min: 1, max: 9_000 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), micros: fc.integer({ min: 1, max: 400_000 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('ack' as const),
      at: fc.integer({ min: -200, max: 1_100 }),
      window: fc.option(fc.constantFrom(0, 300, 5_000, 60_000), { nil: undefined, freq: 6 }),
      blocks: fc.array(fc.tuple(fc.integer({ min: -300, max: 1_200 }), fc.integer({ min: -50, max: 400 })), {
        maxLength: 4,
      }),
      echoAgo: fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined }),
    }),
  },
)

function checkBooks({ tcb }: SenderBench): void {
  const { sent, recovery, congestion, snd } = tcb
  const count = (holds: (segment: (typeof sent)[number]) => boolean) => sent.filter(holds).length
  assert(recovery.lostOut === count((one) => one.lost), 'lostOut counts the lost')
  assert(recovery.retransOut === count((one) => one.retransInFlight), 'retransOut counts the retransmitted')
  if (tcb.negotiated.sack) assert(recovery.sackedOut === count((one) => one.sacked), 'sackedOut counts the SACKed')
  assert(recovery.sackedOut + recovery.lostOut <= sent.length, 'no segment is both SACKed and lost')
  assert(segmentsInFlight(tcb) >= 0, 'a network holds no less than nothing')
  assert(Number.isInteger(congestion.cwnd) && congestion.cwnd >= 1, `cwnd is ${congestion.cwnd}`)
  assert(congestion.ssthresh >= 2, `ssthresh is ${congestion.ssthresh}`)
  assert(seqLe(snd.una, snd.nxt) && seqLe(snd.nxt, snd.end), 'SND.UNA, SND.NXT and the end stand in order')
  for (let i = 0; i < sent.length; i++) {
    assert(seqLt(sent[i].seq, sent[i].end), 'no segment is empty')
    assert(i === 0 || sent[i].seq === sent[i - 1].end, 'the queue has no gap')
  }
  if (sent.length > 0) assert(sent.at(-1)?.end === snd.nxt, 'the queue ends at SND.NXT')
  const pending = sent.length > 0 || snd.nxt !== snd.end
  const timers = Object.values(tcb.timers).filter((timer) => Number.isFinite(timer.deadline))
  assert(tcb.state === 'CLOSED' || !pending || timers.length === 1, 'exactly one timer guards what is unfinished')
  if (tcb.state === 'CLOSED') return
  const unacked = seqDiff(snd.end, snd.una)
  const bytes = payloadAt(tcb, snd.una, unacked)
  const from = seqDiff(snd.una, tcb.iss)
  assert(
    bytes.every((byte, i) => byte === (from + i) % 251),
    'unacked bytes are kept',
  )
}

test.each([
  { sack: true, timestamps: true, congestion: 'cubic', tcp_recovery: 1 },
  { sack: true, timestamps: false, congestion: 'reno', tcp_recovery: 0 },
  { sack: false, timestamps: true, congestion: 'reno', tcp_recovery: 1 },
])('any stream of ACKs leaves the books balanced: $congestion, sack $sack', (kind) => {
  const { sack, timestamps, congestion, tcp_recovery } = kind
  fc.assert(
    fc.property(fc.array(step, { minLength: 8, maxLength: 60 }), (steps) => {
      const bench = senderBench({ sack, timestamps, config: { congestion }, sysctl: { tcp_recovery }, window: 60_000 })
      const { tcb, io } = bench
      tcb.congestion.cwnd = 16
      write(bench, 30_000)
      for (const one of steps) {
        if (tcb.state === 'CLOSED') break
        if (one.kind === 'write') write(bench, one.bytes)
        else if (one.kind === 'pass') pass(bench, one.micros)
        else {
          const una = seqDiff(tcb.snd.una, tcb.iss)
          const out = seqDiff(tcb.snd.nxt, tcb.snd.una)
          // Half segments, so that edges meet and miss.
          const at = (part: number) => una + Math.round((part * out) / 1_000 / 500) * 500
          ack(bench, at(one.at), {
            window: one.window,
            sack: one.blocks.map(([from, length]) => [at(from), at(from + length)]),
            echo: one.echoAgo === undefined ? undefined : Math.floor(io.now / 1_000) - one.echoAgo,
          })
        }
        checkBooks(bench)
      }
    }),
    { numRuns: 300 },
  )
})
