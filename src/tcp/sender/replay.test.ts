/**
 * Our sender gets the ACKs that a Linux 6.18 sender got, at the same microseconds, from the SYN,ACK on through every recovery to the end; before each
 * of them it must have the same cwnd and ssthresh, and it must send the same bytes again in the same order.
 *
 * Bytes in flight may differ for a moment, by what one deferral is worth: whether the kernel waited with a burst hung on its having sent the last
 * one less than a millisecond before, and it needs some microseconds for what takes us none.
 */
import { expect, test } from 'vitest'
import { readRecording, replaySender } from '../../testing/recording'

test.each([
  ['CUBIC: HyStart, two recoveries, the curve between them', 'cubic-curve'],
  ['CUBIC over a short queue and a long path: fast convergence', 'cubic-overflow'],
  ['CUBIC: five segments in a row are lost', 'cubic-five-drops'],
  ['Reno: three segments of a window are lost', 'reno-three-drops'],
  ['Reno: one segment in two hundred is lost', 'reno-random-loss'],
  ['Reno: the retransmission is lost, too', 'reno-lost-again'],
  ['Reno without SACK: NewReno recoveries', 'reno-no-sack'],
  ['Reno with neither SACK nor timestamps', 'reno-bare'],
  ['Reno with segments of 8948 bytes', 'reno-jumbo'],
])('%s', (_, name) => {
  const recording = readRecording(name)
  const { ours, theirs, resent, moreInFlight } = replaySender(recording)
  expect(ours).toEqual(theirs)
  expect(resent).toEqual(recording.resent)
  const off = moreInFlight.filter((bytes) => bytes !== 0)
  expect(off.length).toBeLessThanOrEqual(ours.length / 100)
  for (const bytes of off) expect(Math.abs(bytes)).toBeLessThanOrEqual(2 * recording.meta.mss)
})
