/**
 * One recovery between two of our hosts, against the same between two Linux kernels: 10 Mbit/s, 25 ms each way, a deep queue, chosen data
 * segments lost. The same bytes must be sent again, and at the same point of the recovery, told by how much had been SACKed, the window must
 * be the kernel's to within one segment.
 */
import { expect, test } from 'vitest'
import { seq32, seqDiff } from '../base'
import { CUBIC_RECOVERY } from '../testing/recorded-acks'
import { readRecording } from '../testing/recording'
import { readingServer, twoHosts } from '../testing/worlds'
import { createTrace, readEvent } from '../trace'
import { createRecorder } from './recorder'
import { createWorld, dispatchNext, nextTime } from './world'

const SENDER = 0
const MSS = 1_448
const AGAIN: ReadonlySet<string> = new Set(['fastRetransmit', 'timeoutRetransmit', 'tailLossProbe'])

interface Recovery {
  /** Relative sequence numbers. */
  readonly resent: readonly number[]
  /** cwnd after the ACK that SACKed up to so many bytes beyond the first lost one. */
  readonly cwndAt: ReadonlyMap<number, number>
}

function recover(congestion: string, lost: readonly number[]): Recovery {
  const client = [
    { call: 'socket', as: 's' },
    { call: 'setsockopt', fd: 's', option: 'TCP_CONGESTION', value: congestion },
    { call: 'connect', fd: 's', address: '10.0.0.2', port: 80 },
    { call: 'send', fd: 's', bytes: 8_000_000 },
  ] as const
  const trace = createTrace()
  const world = createWorld(
    twoHosts({
      link: { rateBitsPerSecond: 10_000_000, delayMicros: 25_000, queuePackets: 2_000 },
      faults: [{ from: SENDER, data: true, nth: lost, order: 'lose' }],
      client,
      server: readingServer(),
      clientSysctl: { hz: 250, tcp_wmem: [4_096, 16_777_216, 16_777_216] },
    }),
    createRecorder(trace),
  )
  while (nextTime(world) <= 1_500_000) dispatchNext(world)
  const resent: number[] = []
  const cwndAt = new Map<number, number>()
  const first = (lost[0] - 1) * MSS + 1
  let iss = seq32(0)
  let sacked = 0
  let ackedAt = -1
  let cwnd = 0
  for (let index = 0; index < trace.events.count; index++) {
    const event = readEvent(trace, index)
    if (event.host !== SENDER) continue
    if (event.type === 'tcp/segmentSent') {
      if (event.purpose === 'syn') iss = seq32(event.seq)
      if (AGAIN.has(event.purpose)) resent.push(seqDiff(seq32(event.seq), iss))
    }
    if (event.type === 'tcp/sacked') {
      sacked = seqDiff(seq32(event.highest), iss) - first
      ackedAt = event.at
    }
    if (event.type === 'tcp/sampled') cwnd = event.cwnd
    if (event.at === ackedAt) cwndAt.set(sacked, cwnd)
  }
  return { resent, cwndAt }
}

/** Windows of ours and of the kernel that are more than one segment apart, and how many points both have. */
function compare(
  ours: ReadonlyMap<number, number>,
  theirs: ReadonlyMap<number, number>,
): { apart: string[]; points: number } {
  const apart: string[] = []
  let points = 0
  for (const [sacked, kernel] of theirs) {
    const cwnd = ours.get(sacked)
    if (cwnd === undefined) continue
    points++
    if (Math.abs(cwnd - kernel) > 1) apart.push(`${sacked} SACKed: ${cwnd}, Linux ${kernel}`)
  }
  return { apart, points }
}

test('Reno loses three segments of a window and recovers as Linux does', () => {
  const { rows, resent } = readRecording('reno-three-drops')
  const ours = recover('reno', [200, 202, 204])
  const theirs = new Map<number, number>()
  let una = 1
  for (const [i, row] of rows.entries()) {
    una += row.acked
    const highest = Math.max(0, ...row.sacks.map(([, end]) => una + end))
    // A row tells the window before its ACK: the next one tells what came of it.
    if (highest > 0 && i + 1 < rows.length) theirs.set(highest - resent[0], Number(rows[i + 1].before.split(' ')[1]))
  }
  expect(ours.resent).toEqual(resent)
  const { apart, points } = compare(ours.cwndAt, theirs)
  expect(apart).toEqual([])
  expect(points).toBeGreaterThan(150)
})

test('CUBIC loses one segment and recovers as Linux does', () => {
  const { acks } = CUBIC_RECOVERY
  const ours = recover('cubic', [200])
  const theirs = new Map<number, number>()
  const duplicates = acks
    .map((ack, i) => ({ ...ack, after: acks[i + 1]?.cwnd }))
    .filter(({ bytes }, i) => bytes === 0 && i > 1)
  // No two segments share an ACK there, so each duplicate SACKs one more.
  for (const [i, { after }] of duplicates.entries()) theirs.set((i + 2) * MSS, after)
  expect(ours.resent).toEqual([199 * MSS + 1])
  const { apart, points } = compare(ours.cwndAt, theirs)
  expect(apart).toEqual([])
  expect(points).toBeGreaterThan(60)
})
