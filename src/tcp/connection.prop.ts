/**
 * Whole connections under a wire that loses, repeats, delays and reorders, as long as it comes to an end: every byte arrives once and in
 * order at both sides, and both end in CLOSED.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assert, deepCopy, MICROS_PER_SECOND, seqDiff, seqGe, seqLe } from '../base'
import { at, pattern, read, sameBytes, step, tcpPair, walked, write } from '../testing/tcp-pair'
import type { End, OnWire, Pair } from '../testing/tcp-pair'
import { TRANSITION_INDEX } from '../trace'
import { connect, shutdownWrite } from './calls'
import { viewTcb } from './view'

/** Fates of the first segments of each side; later ones arrive. [] is lost, two entries are a duplicate. */
const fate = fc.oneof(
  { weight: 6, arbitrary: fc.constant([0]) },
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 0, max: 80_000 })) },
  { weight: 1, arbitrary: fc.tuple(fc.constant(0), fc.integer({ min: 0, max: 400_000 })) },
)

const world = fc.record({
  fatesA: fc.array(fate, { maxLength: 60 }),
  fatesB: fc.array(fate, { maxLength: 60 }),
  bytesA: fc.integer({ min: 0, max: 60_000 }),
  bytesB: fc.integer({ min: 0, max: 20_000 }),
  delay: fc.integer({ min: 100, max: 150_000 }),
  rcvbuf: fc.constantFrom(131_072, 5_000, 20_000),
  readSize: fc.constantFrom(1_000_000, 900),
  bothActive: fc.boolean(),
  sysctl: fc.record({
    tcp_ecn: fc.constantFrom(0, 1, 2, 3),
    tcp_sack: fc.constantFrom(1, 1, 0),
    tcp_timestamps: fc.constantFrom(1, 1, 0),
    tcp_window_scaling: fc.constantFrom(1, 1, 0),
    tcp_congestion_control: fc.constantFrom('cubic', 'reno', 'bbr', 'bbr3'),
    tcp_recovery: fc.constantFrom(1, 0),
    tcp_early_retrans: fc.constantFrom(3, 0),
    tcp_frto: fc.constantFrom(2, 0),
  }),
  issA: fc.constantFrom(1, 0xffff_f000, 0x7fff_f000),
})

type World = typeof world extends fc.Arbitrary<infer T> ? T : never

interface Progress {
  readonly end: End
  readonly out: Uint8Array
  written: number
  read: number
  readonly expected: Uint8Array
  finished: boolean
}

test('every byte arrives once and in order, and both ends reach CLOSED', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(world, (w) => {
      const pair = start(w)
      const sides: Progress[] = [progress('a', w.bytesA, w.bytesB), progress('b', w.bytesB, w.bytesA)]
      const edges = { a: 0, b: 0 }
      for (let steps = 0; step(pair); steps++) {
        if (steps > 60_000) throw new Error(`no end: a ${pair.a.tcb.state}, b ${pair.b.tcb.state}`)
        for (const side of sides) work(pair, side, w.readSize)
        checkRecord(pair, 'a', edges)
        checkRecord(pair, 'b', edges)
      }
      for (const side of sides) {
        while (work(pair, side, w.readSize));
        expect(side.read).toBe(side.expected.length)
        expect(pair[side.end].tcb).toMatchObject({ state: 'CLOSED', error: '' })
        for (const id of walked(pair, side.end)) expect(TRANSITION_INDEX.has(id)).toBe(true)
      }
      expect(pair.now).toBeLessThan(3_600 * MICROS_PER_SECOND)
    }),
    { numRuns: 150, interruptAfterTimeLimit: 30_000 },
  )
})

test('a connection is plain data: a copy goes on exactly as the original', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(world, fc.integer({ min: 1, max: 120 }), (w, cut) => {
      const once = runTo(w, Number.POSITIVE_INFINITY)
      const split = runTo(w, cut)
      expect(split).toEqual(once)
    }),
    { numRuns: 20, interruptAfterTimeLimit: 20_000 },
  )
})

/** The whole run as a list of events; after `cut` steps both TCBs are replaced by copies. */
function runTo(w: World, cut: number): string[] {
  const pair = start(w)
  const sides: Progress[] = [progress('a', w.bytesA, w.bytesB), progress('b', w.bytesB, w.bytesA)]
  for (let steps = 0; step(pair); steps++) {
    for (const side of sides) work(pair, side, w.readSize)
    if (steps === cut) for (const end of ['a', 'b'] as const) pair[end].tcb = deepCopy(pair[end].tcb)
  }
  return pair.events.map((event) => `${event.at} ${event.end} ${event.type} ${event.args.join(' ')}`)
}

function start(w: World): Pair {
  const wire = ({ from, index }: OnWire) => (from === 'a' ? w.fatesA : w.fatesB)[index] ?? [0]
  const { delay, sysctl, bothActive, issA } = w
  const config = w.rcvbuf === 131_072 ? {} : { rcvbuf: w.rcvbuf, rcvbufLocked: true }
  const pair = tcpPair({ wire, delay, sysctl, bothActive, issA, config })
  at(pair, 'a', connect)
  if (bothActive) at(pair, 'b', connect)
  return pair
}

function progress(end: End, out: number, into: number): Progress {
  return { end, out: pattern(3, out), written: 0, read: 0, expected: pattern(3, into), finished: false }
}

/** The application: writes while there is room, reads, shuts its side down when it has written all. Returns whether it read something. */
function work(pair: Pair, side: Progress, readSize: number): boolean {
  const { tcb } = pair[side.end]
  const open = tcb.state === 'ESTABLISHED' || tcb.state === 'CLOSE-WAIT'
  if (open && side.written < side.out.length) side.written += write(pair, side.end, side.out.subarray(side.written))
  if (open && side.written === side.out.length && !side.finished) {
    side.finished = true
    at(pair, side.end, shutdownWrite)
  }
  if (tcb.rcv.nxt === tcb.rcv.copied) return false
  const bytes = read(pair, side.end, readSize)
  assert(sameBytes(bytes, side.expected.subarray(side.read, side.read + bytes.length)), 'the bytes are in order')
  side.read += bytes.length
  return bytes.length > 0
}

/** What holds after every event. */
function checkRecord(pair: Pair, end: End, edges: Record<End, number>): void {
  const { tcb } = pair[end]
  const { snd, recovery, sent } = tcb
  assert(seqLe(snd.una, snd.nxt) && seqLe(snd.nxt, snd.end), 'SND.UNA =< SND.NXT =< end')
  assert(recovery.sackedOut >= 0 && recovery.sackedOut <= sent.length, 'sackedOut counts segments')
  assert(tcb.congestion.cwnd >= 1, 'cwnd is a segment at least')
  assert(tcb.receive.memory >= 0, 'memory is not negative')
  assert(seqGe(tcb.rcv.nxt, tcb.rcv.copied), 'nothing is read before it came')
  if (tcb.state === 'ESTABLISHED') {
    const edge = seqDiff(tcb.rcv.wup, tcb.irs) + tcb.rcv.wnd
    assert(edge >= edges[end], 'the right edge never moves back')
    edges[end] = edge
  }
  for (const timer of Object.values(tcb.timers)) assert(timer.deadline >= pair.now, 'no timer is overdue')
  const view = viewTcb(tcb, pair.now)
  for (const runs of [view.sendRuns, view.receiveRuns]) {
    let last = 0
    for (const run of runs) {
      assert(run.start >= last && run.end > run.start, 'runs are ascending')
      last = run.end
    }
  }
}
