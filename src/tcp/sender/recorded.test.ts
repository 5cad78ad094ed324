/**
 * Our sender is given the ACKs that a Linux kernel was given, at the same microseconds, and must have the same window and threshold before each
 * of them; through the recovery also the same bytes in flight. (In slow start the recorded program could not always write fast enough.)
 */
import { expect, test } from 'vitest'
import { seqDiff } from '../../base'
import { CUBIC_RECOVERY, CUBIC_START, RENO_START } from '../../testing/recorded-acks'
import type { Recording } from '../../testing/recorded-acks'
import { ack, runUntil, senderBench, write } from '../../testing/sender-bench'
import { currentSsthresh } from '../recovery'

const MSS = 1_448

test.each([
  ['CUBIC from its first ACK: slow start, HyStart, the beginning of the curve', CUBIC_START],
  ['Reno in slow start', RENO_START],
  ['CUBIC through a fast recovery with PRR', CUBIC_RECOVERY],
])('%s', (_, recording) => {
  const { ours, theirs } = replay(recording)
  expect(ours).toEqual(theirs)
})

function replay({ congestion, handshakeRtt, acks }: Recording): { ours: string[]; theirs: string[] } {
  const bench = senderBench({ mss: MSS, config: { congestion }, window: 60_000_000 })
  const { tcb, io } = bench
  tcb.config.sndbuf = 1_000_000_000
  const rttvar = Math.max(handshakeRtt / 2, 50_000)
  Object.assign(tcb.rtt, { srtt: handshakeRtt, mdev: handshakeRtt / 2, rttvar, mdevMax: rttvar, minRtt: handshakeRtt })
  tcb.rtt.rto = handshakeRtt + 4 * rttvar
  const start = io.now
  // The sending program's buffer ended inside a segment once, which then left short.
  let una = 0
  let short = 0
  for (const one of acks) {
    if (short === 0 && one.flightBytes % MSS !== 0) short = una + one.flightBytes
    una += one.bytes
  }
  write(bench, short > 0 ? short : 3_000 * MSS)

  const ours: string[] = []
  const theirs: string[] = []
  una = 0
  let duplicates = 0
  for (const [i, one] of acks.entries()) {
    runUntil(bench, start + one.at)
    const flight = seqDiff(tcb.snd.nxt, tcb.snd.una)
    const recovering = tcb.recovery.caState !== 'Open'
    ours.push(`${i}: cwnd ${tcb.congestion.cwnd} ssthresh ${currentSsthresh(tcb)} flight ${recovering ? flight : ''}`)
    theirs.push(`${i}: cwnd ${one.cwnd} ssthresh ${one.ssthresh} flight ${recovering ? one.flightBytes : ''}`)
    if (tcb.snd.nxt === tcb.snd.end) write(bench, 3_000 * MSS)
    una += one.bytes
    duplicates = one.bytes === 0 && i > 1 ? duplicates + 1 : 0
    const lost = una + MSS + 1
    ack(bench, una + 1, { sack: duplicates > 0 ? [[lost, lost + duplicates * MSS]] : [] })
  }
  return { ours, theirs }
}
