/**
 * A few hundred simulated runs, each drawn from its seed (`npm run sim -- --seeds 5000` for more). The invariants hold after every step, and once
 * the network is whole again everything comes to its end. Seeds that once failed stand below by what they found.
 */
import { describe, expect, test } from 'vitest'
import { NEVER, seqAdd } from '../../src/base'
import type { Host } from '../../src/host'
import { createRecorder, createWorld, dispatchNext } from '../../src/sim'
import type { Tcb } from '../../src/tcp'
import { readingServer, sendingClient, twoHosts } from '../../src/testing/worlds'
import { createTrace } from '../../src/trace'
import type { Step } from '../../src/trace'
import { drawRun } from './draw'
import { checkHost } from './invariants'
import { simulate } from './run'
import { watchStreams } from './streams'
import { shiftToWrap } from './wrap'

const BLOCKS = 8
const SEEDS_PER_BLOCK = 40

/** Failures of some seeds, with the command that shows each again. */
function failures(from: number, count: number): string[] {
  const failed: string[] = []
  for (let seed = from; seed < from + count; seed++) {
    const { failure, steps } = simulate(seed)
    if (failure !== undefined) failed.push(`step ${steps}: ${failure} (npm run sim -- --seed ${seed})`)
  }
  return failed
}

describe('whatever befalls the packets, nothing is lost, doubled or left behind', () => {
  for (let block = 0; block < BLOCKS; block++) {
    const from = 1 + block * SEEDS_PER_BLOCK
    test(`seeds ${from} to ${from + SEEDS_PER_BLOCK - 1}`, () => {
      expect(failures(from, SEEDS_PER_BLOCK)).toEqual([])
    })
  }
})

test('a seed is the same run every time', () => {
  const [one, other] = [simulate(7), simulate(7)]
  expect({ steps: one.steps, micros: one.micros }).toEqual({ steps: other.steps, micros: other.micros })
  expect(drawRun(7)).toEqual(drawRun(7))
})

test('a run that is to wrap begins where it shall, on any ISN clock', () => {
  const drawn = Array.from({ length: 60 }, (_, seed) => drawRun(seed)).filter(
    ({ wrapsAfter }) => wrapsAfter !== undefined,
  )
  expect(drawn.length).toBeGreaterThan(5)
  for (const run of drawn) {
    const moved = shiftToWrap(run, 5_000)
    const world = createWorld(moved.spec, createRecorder(createTrace(), false))
    let iss: number | undefined
    while (iss === undefined && dispatchNext(world)) {
      const opening = world.state.hosts.flatMap((host) => [...host.sockets.values()].map(({ tcb }) => tcb))
      iss = opening.find((tcb) => tcb?.state === 'SYN-SENT')?.iss
    }
    expect(Math.abs(2 ** 32 - 5_000 - (iss ?? 0))).toBeLessThan(100)
  }
})

describe('a stack that goes wrong is found', () => {
  /** A world in the middle of a transfer, and its sender's host. */
  function midway() {
    const client: Step[] = sendingClient(2_000_000)
    const world = createWorld(twoHosts({ client, server: readingServer() }), createRecorder(createTrace(), false))
    while (world.state.now < 400_000 && dispatchNext(world)) continue
    const [sender, receiver] = world.state.hosts
    const tcbOf = (host: Host): Tcb => [...host.sockets.values()].find(({ tcb }) => tcb?.state === 'ESTABLISHED')!.tcb!
    return { now: world.state.now, sender, receiver, out: tcbOf(sender), in: tcbOf(receiver) }
  }

  test('nothing is found where nothing is wrong', () => {
    const { now, sender, receiver, out } = midway()
    expect(out.sent.length).toBeGreaterThan(3)
    checkHost(sender, new Map(), now)
    checkHost(receiver, new Map(), now)
  })

  test.each<[string, (tcb: Tcb) => void]>([
    ['lost_out', (tcb) => tcb.recovery.lostOut++],
    ['retrans_out', (tcb) => tcb.recovery.retransOut++],
    ['sacked_out', (tcb) => tcb.recovery.sackedOut++],
    ['a gap', (tcb) => tcb.sent.splice(1, 1)],
    ['nothing watches', (tcb) => Object.values(tcb.timers).forEach((timer) => (timer.deadline = NEVER))],
    ['overdue', (tcb) => (tcb.timers.retransmit.deadline = 1)],
    ['that may be needed again', (tcb) => tcb.sendChunks.splice(0)],
    ['beyond what was written', (tcb) => (tcb.snd.end = seqAdd(tcb.snd.nxt, -1))],
  ])('%s, in the sender', (said, spoil) => {
    const { now, sender, out } = midway()
    spoil(out)
    expect(() => {
      checkHost(sender, new Map(), now)
    }).toThrow(said)
  })

  test('a window taken back, and memory that nobody holds, in the receiver', () => {
    const { now, receiver, in: tcb } = midway()
    const edges = new Map([[tcb.socket, seqAdd(tcb.rcv.wup, tcb.rcv.wnd + 10_000)]])
    expect(() => {
      checkHost(receiver, edges, now)
    }).toThrow('shrank by 10000')
    tcb.receiveChunks.splice(0)
    tcb.receive.memory = 512
    expect(() => {
      checkHost(receiver, new Map(), now)
    }).toThrow('with nothing queued')
  })

  test('a byte that is not the one that was sent', () => {
    const { receiver, in: tcb } = midway()
    const bytes = Uint8Array.from({ length: 10 }, () => 33)
    tcb.receiveChunks.push({ seq: seqAdd(tcb.irs, 1), bytes })
    tcb.rcv.nxt = seqAdd(tcb.irs, 11)
    expect(() => {
      watchStreams(receiver, new Map())
    }).toThrow('is not what was sent')
  })
})

test('most runs are held to full delivery, and all kinds of flows are among them', () => {
  const runs = Array.from({ length: 300 }, (_, seed) => drawRun(seed))
  expect(runs.filter(({ promises }) => promises).length).toBeGreaterThan(200)
  const names = new Set(runs.flatMap(({ flows }) => flows.map(({ name }) => name)))
  expect([...names].toSorted()).toEqual([
    'bothEnd',
    'clientResets',
    'leavesUnread',
    'lingers',
    'pingPong',
    'request',
    'serverEnds',
  ])
})
