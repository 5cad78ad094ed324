/** What must be seen in each built-in scenario. The scenarios hold programs and faults only; all of this is the stack's doing. */
import { beforeAll, describe, expect, test } from 'vitest'
import { causes, eventsOfType, playScenario, returnedCalls, statePaths } from '../testing/scenario-run'
import type { ScenarioRun } from '../testing/scenario-run'
import { ACK, FIN, RST, SYN } from '../wire'
import { TCP_STATES } from '../trace'
import { SCENARIOS } from '.'

const CLIENT = 0
const SERVER = 1

const ACTIVE_CLOSE = 'CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT'
const PASSIVE_CLOSE = 'LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED'

const played = new Map<string, ScenarioRun>()

function run(id: string): ScenarioRun {
  const known = played.get(id)
  if (known !== undefined) return known
  const fresh = playScenario(id)
  played.set(id, fresh)
  return fresh
}

function seconds(at: number): number {
  return Math.round(at / 10_000) / 100
}

/** Segments that a host sent, with these flags at least. */
function sent(id: string, host: number, flags = 0) {
  return eventsOfType(run(id), 'tcp/segmentSent', host).filter((event) => (event.flags & flags) === flags)
}

beforeAll(() => {
  for (const { id } of SCENARIOS) run(id)
}, 120_000)

describe('the library as a whole', () => {
  test('visits all eleven states', () => {
    const seen = new Set<string>()
    for (const { id } of SCENARIOS) {
      for (const event of eventsOfType(run(id), 'tcp/stateChanged')) seen.add(event.from).add(event.to)
    }
    expect([...seen].toSorted()).toEqual([...TCP_STATES].toSorted())
  })

  test('every scenario tells in words what it is and what to do with it', () => {
    for (const { title, summary, hint, watch } of SCENARIOS) {
      expect(title.length).toBeLessThan(48)
      expect(summary).toMatch(/^[A-Z].{40,220}\.$/)
      expect(hint).toMatch(/^Try: .{20,120}[.?]$/)
      expect(watch?.length).toBeGreaterThan(0)
    }
    expect(new Set(SCENARIOS.map(({ id }) => id)).size).toBe(SCENARIOS.length)
  })

  test('every scenario but the playground does something, and none runs away', () => {
    for (const { id } of SCENARIOS) {
      const { count } = run(id).session.branch.trace.events
      if (id !== 'empty') expect(count).toBeGreaterThan(10)
      expect(count).toBeLessThan(200_000)
    }
  })
})

describe('opening', () => {
  test('three-way-handshake: SYN, SYN-ACK, ACK, a word each way, and a close', () => {
    const it = run('three-way-handshake')
    // The server's FIN carries the ACK of the client's, so FIN-WAIT-2 is skipped.
    expect(statePaths(it, CLIENT)).toEqual(['CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 TIME-WAIT'])
    expect(statePaths(it, SERVER)).toEqual(['CLOSED LISTEN', PASSIVE_CLOSE])
    const flags = eventsOfType(it, 'tcp/segmentSent').map((event) => event.flags)
    expect(flags.slice(0, 3)).toEqual([SYN, SYN | ACK, ACK])
    expect(returnedCalls(it, CLIENT)).toContain('recv(3, 4096 B) = 13')
    expect(returnedCalls(it, SERVER)).toContain('recv(4, 4096 B) = 13')
    expect(it.events.filter((event) => event.type === 'link/packetLost')).toEqual([])
  })

  test('simultaneous-open: both sides pass through SYN-RECEIVED and nobody listens', () => {
    const it = run('simultaneous-open')
    for (const host of [CLIENT, SERVER]) {
      expect(statePaths(it, host)[0]).toMatch(/^CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED /)
      expect(returnedCalls(it, host).some((call) => /^connect\(.*= 0$/.test(call))).toBe(true)
    }
    expect(eventsOfType(it, 'tcp/stateChanged').some((event) => event.to === 'LISTEN')).toBe(false)
  })

  test('connection-refused: one SYN, one RST, ECONNREFUSED within a round trip', () => {
    const it = run('connection-refused')
    expect(statePaths(it, CLIENT)).toEqual(['CLOSED SYN-SENT CLOSED'])
    expect(returnedCalls(it, CLIENT)).toContain('connect(3, 10.0.0.2:80) = -1 ECONNREFUSED')
    expect(eventsOfType(it, 'link/packetDelivered').map((event) => event.host)).toEqual([CLIENT, SERVER])
    const failed = eventsOfType(it, 'host/returned', CLIENT).find((event) => event.errno === 'ECONNREFUSED')
    expect(seconds(failed?.at ?? 0)).toBeCloseTo(0.05, 2)
  })

  test('connect-timeout: SYNs at one second each at first, then doubling, then ETIMEDOUT', () => {
    const it = run('connect-timeout')
    const times = sent('connect-timeout', CLIENT, SYN).map((event) => seconds(event.at - 10_000))
    // tcp_syn_retries = 6 after tcp_syn_linear_timeouts = 4; the last wait is of 64 s.
    expect(times.map(Math.round)).toEqual([0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67])
    const failed = eventsOfType(it, 'host/returned', CLIENT).find((event) => event.errno === 'ETIMEDOUT')
    expect(Math.round(seconds(failed?.at ?? 0))).toBe(131)
    expect(returnedCalls(it, CLIENT)).toContain('connect(3, 10.0.0.2:80) = -1 ETIMEDOUT')
    expect(statePaths(it, CLIENT)).toEqual(['CLOSED SYN-SENT CLOSED'])
  })

  test('syn-lost: the same SYN again after a second, by the timer', () => {
    const it = run('syn-lost')
    const syns = sent('syn-lost', CLIENT, SYN)
    expect(syns.map((event) => seconds(event.at))).toEqual([0.01, 1.01])
    expect(syns[1].seq).toBe(syns[0].seq)
    expect(causes(it, syns[1]).map((event) => event.type)).toContain('tcp/timerFired')
    expect(statePaths(it, CLIENT)[0]).toMatch(/^CLOSED SYN-SENT ESTABLISHED/)
  })

  test('syn-ack-lost: either side repeats its part, and the connection opens', () => {
    const it = run('syn-ack-lost')
    expect(eventsOfType(it, 'link/packetLost', SERVER)).toHaveLength(1)
    expect(sent('syn-ack-lost', SERVER, SYN | ACK).length).toBeGreaterThanOrEqual(2)
    expect(statePaths(it, CLIENT)[0]).toMatch(/^CLOSED SYN-SENT ESTABLISHED/)
  })
})

describe('closing', () => {
  test('four-way-close: FIN, ACK, FIN, ACK, each on its own', () => {
    const it = run('four-way-close')
    expect(statePaths(it, CLIENT)).toEqual([ACTIVE_CLOSE])
    expect(statePaths(it, SERVER)).toEqual(['CLOSED LISTEN', PASSIVE_CLOSE])
    const closing = eventsOfType(it, 'tcp/segmentSent').slice(3)
    expect(closing.map((event) => event.host)).toEqual([CLIENT, SERVER, SERVER, CLIENT])
    expect(closing.map((event) => event.purpose)).toEqual(['fin', 'delayedAck', 'fin', 'ack'])
  })

  test('half-close: the answer flows while the client is in FIN-WAIT-2', () => {
    const it = run('half-close')
    expect(statePaths(it, CLIENT)).toEqual([ACTIVE_CLOSE])
    const half = eventsOfType(it, 'tcp/stateChanged', CLIENT).find((event) => event.to === 'FIN-WAIT-2')
    const arrived = eventsOfType(it, 'tcp/dataAccepted', CLIENT)
    expect(arrived).toHaveLength(3)
    expect(arrived.at(-1)?.at).toBeGreaterThan(half?.at ?? Infinity)
  })

  test('simultaneous-close: both sides visit CLOSING and end in TIME-WAIT', () => {
    const it = run('simultaneous-close')
    expect(statePaths(it, CLIENT)).toEqual(['CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT'])
    expect(statePaths(it, SERVER)[1]).toBe('LISTEN SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT')
  })

  test('fin-wait-2-timeout: a minute after the ACK of its FIN the client forgets; a late word earns an RST', () => {
    const it = run('fin-wait-2-timeout')
    expect(statePaths(it, CLIENT)).toEqual(['CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSED'])
    const changes = eventsOfType(it, 'tcp/stateChanged', CLIENT)
    expect(seconds(changes[4].at - changes[3].at)).toBeCloseTo(60, 0)
    expect(statePaths(it, SERVER)[1]).toMatch(/CLOSE-WAIT CLOSED$/)
  })

  test('rst-mid-connection: the rebooted server answers with RST, and recv says ECONNRESET', () => {
    const it = run('rst-mid-connection')
    expect(eventsOfType(it, 'host/crashed', SERVER)).toHaveLength(1)
    expect(eventsOfType(it, 'host/restarted', SERVER)).toHaveLength(1)
    expect(statePaths(it, CLIENT)).toEqual(['CLOSED SYN-SENT ESTABLISHED CLOSED'])
    expect(returnedCalls(it, CLIENT)).toContain('recv(3, 4096 B) = -1 ECONNRESET')
    expect(returnedCalls(it, CLIENT)).toContain('send(3, "three", 5 B) = -1 EPIPE')
  })

  test('linger-zero: close() is an RST, without FIN or TIME-WAIT', () => {
    const it = run('linger-zero')
    expect(statePaths(it, CLIENT)).toEqual(['CLOSED SYN-SENT ESTABLISHED CLOSED'])
    expect(sent('linger-zero', CLIENT, FIN)).toEqual([])
    expect(sent('linger-zero', CLIENT, RST)).toHaveLength(3)
    expect(returnedCalls(it, CLIENT)).toContain('send(3, 20000 B) = 20000')
    expect(eventsOfType(it, 'tcp/dataAccepted', SERVER).reduce((sum, event) => sum + event.bytes, 0)).toBe(2_896)
    expect(returnedCalls(it, SERVER)).toContain('recv(4, 65536 B) = -1 ECONNRESET')
  })

  test('close-wait-leak: eight sockets stay in CLOSE-WAIT with their descriptors', () => {
    const it = run('close-wait-leak')
    const left = statePaths(it, SERVER).filter((path) => path.endsWith('CLOSE-WAIT'))
    expect(left).toHaveLength(8)
    expect(eventsOfType(it, 'host/accepted', SERVER).map((event) => event.fd)).toEqual([4, 5, 6, 7, 8, 9, 10, 11])
    expect(statePaths(it, CLIENT).every((path) => path.endsWith('FIN-WAIT-2'))).toBe(true)
  })

  test('time-wait-reuse: EADDRINUSE, then SO_REUSEADDR, then a SYN that ends TIME-WAIT', () => {
    const it = run('time-wait-reuse')
    const server = returnedCalls(it, SERVER)
    expect(server).toContain('bind(3, 0.0.0.0:80) = -1 EADDRINUSE')
    expect(server.filter((call) => /^bind\(.*= 0$/.test(call))).toHaveLength(2)
    const reopened = eventsOfType(it, 'tcp/stateChanged', SERVER).some((event) => {
      return event.from === 'TIME-WAIT' && (event.to === 'SYN-RECEIVED' || event.to === 'CLOSED')
    })
    expect(reopened).toBe(true)
    expect(returnedCalls(it, CLIENT).filter((call) => /^connect\(.*= 0$/.test(call))).toHaveLength(2)
  })

  test('keepalive-dead-peer: nine probes after two hours, ETIMEDOUT after 2 h 11 min 15 s', () => {
    const it = run('keepalive-dead-peer')
    const probes = eventsOfType(it, 'tcp/segmentSent', CLIENT).filter((event) => event.purpose === 'keepaliveProbe')
    expect(probes).toHaveLength(9)
    const open = eventsOfType(it, 'tcp/stateChanged', CLIENT).find((event) => event.to === 'ESTABLISHED')
    expect(seconds(probes[0].at - (open?.at ?? 0))).toBeCloseTo(7_200, 0)
    expect(seconds(probes[8].at - probes[7].at)).toBeCloseTo(75, 0)
    const failed = eventsOfType(it, 'host/returned', CLIENT).find((event) => event.errno === 'ETIMEDOUT')
    expect(seconds((failed?.at ?? 0) - (open?.at ?? 0))).toBeCloseTo(7_875, 0)
    expect(failed?.call).toBe('recv(3, 4096 B)')
  })
})

describe('queues', () => {
  test('accept-queue-full: three fit into a backlog of two, the others wait, all are served in the end', () => {
    const it = run('accept-queue-full')
    const queued = eventsOfType(it, 'host/acceptQueued', SERVER)
    expect(Math.max(...queued.map((event) => event.length))).toBe(3)
    const dropped = eventsOfType(it, 'host/packetDropped', SERVER).filter((event) => event.reason === 'acceptQueueFull')
    expect(dropped.length).toBeGreaterThan(0)
    // The fourth child stays in SYN-RECEIVED and repeats its SYN-ACK until the queue has room.
    const repeated = eventsOfType(it, 'tcp/timerFired', SERVER).filter((event) => event.timer === 'synAck')
    expect(repeated.length).toBeGreaterThan(0)
    expect(statePaths(it, SERVER).filter((path) => path.includes('ESTABLISHED'))).toHaveLength(6)
    expect(eventsOfType(it, 'host/accepted', SERVER)).toHaveLength(6)
  })

  test("syn-flood: the SYN queue fills with strangers and the client's SYN is dropped", () => {
    const it = run('syn-flood')
    const queued = eventsOfType(it, 'host/synQueued', SERVER)
    expect(queued.length).toBeGreaterThan(4)
    expect(queued.length).toBeLessThan(20)
    const dropped = eventsOfType(it, 'host/packetDropped', SERVER).filter((event) => event.reason === 'synQueueFull')
    expect(dropped.length).toBeGreaterThan(4)
    expect(eventsOfType(it, 'host/accepted', SERVER)).toEqual([])
    expect(sent('syn-flood', CLIENT, SYN).length).toBeGreaterThan(2)
    expect(statePaths(it, CLIENT)).toEqual(['CLOSED SYN-SENT'])
  })
})

describe('flow', () => {
  test('zero-window: the window closes, probes go out with growing gaps, reading opens it again', () => {
    const it = run('zero-window')
    expect(eventsOfType(it, 'tcp/sampled', CLIENT).some((event) => event.sndWnd === 0)).toBe(true)
    const probes = eventsOfType(it, 'tcp/segmentSent', CLIENT).filter((event) => event.purpose === 'windowProbe')
    expect(probes.length).toBeGreaterThanOrEqual(3)
    expect(probes[2].at - probes[1].at).toBeGreaterThan((probes[1].at - probes[0].at) * 1.5)
    expect(eventsOfType(it, 'tcp/waiting', CLIENT).map((event) => event.reason)).toContain('persist')
    expect(eventsOfType(it, 'tcp/dataAccepted', SERVER).reduce((sum, event) => sum + event.bytes, 0)).toBe(40_000)
  })

  test('nagle-delayed-ack: later requests wait for the delayed ACK', () => {
    const it = run('nagle-delayed-ack')
    expect(eventsOfType(it, 'tcp/waiting', CLIENT).map((event) => event.reason)).toContain('nagle')
    const fired = eventsOfType(it, 'tcp/timerFired', SERVER).filter((event) => event.timer === 'delayedAck')
    expect(fired.length).toBeGreaterThan(0)
    const answers = eventsOfType(it, 'host/returned', CLIENT).filter(
      (event) => event.call.startsWith('recv') && event.value === 50,
    )
    expect(answers).toHaveLength(5)
    const last = answers[4].at - answers[3].at
    expect(last).toBeGreaterThan(45_000)
  })
})

describe('loss', () => {
  test('fast-retransmit: three duplicate ACKs, one retransmission, no timeout', () => {
    const it = run('fast-retransmit')
    expect(eventsOfType(it, 'link/packetLost')).toHaveLength(1)
    const again = eventsOfType(it, 'tcp/segmentSent', CLIENT).filter((event) => event.purpose === 'fastRetransmit')
    expect(again).toHaveLength(1)
    expect(eventsOfType(it, 'tcp/duplicateAckCounted', CLIENT).some((event) => event.count === 3)).toBe(true)
    expect(causes(it, again[0]).map((event) => event.type)).toContain('tcp/lossDetected')
    expect(eventsOfType(it, 'tcp/timerFired', CLIENT).filter((event) => event.timer === 'retransmit')).toEqual([])
    expect(eventsOfType(it, 'tcp/dataAccepted', SERVER).reduce((sum, event) => sum + event.bytes, 0)).toBe(43_440)
  })

  test('rto: three timeouts, each twice as long as the one before', () => {
    const it = run('rto')
    const fired = eventsOfType(it, 'tcp/timerFired', CLIENT).filter((event) => event.timer === 'retransmit')
    expect(fired).toHaveLength(3)
    const gaps = [fired[1].at - fired[0].at, fired[2].at - fired[1].at]
    expect(gaps[1] / gaps[0]).toBeCloseTo(2, 1)
    const smallest = Math.min(...eventsOfType(it, 'tcp/sampled', CLIENT).map((event) => event.cwnd))
    expect(smallest).toBe(1)
    expect(eventsOfType(it, 'tcp/dataAccepted', SERVER).reduce((sum, event) => sum + event.bytes, 0)).toBe(5_792)
  })

  test('reordering: data is held out of order and delivered whole, though nothing is lost', () => {
    const it = run('reordering')
    expect(eventsOfType(it, 'link/packetDelayed').length).toBeGreaterThan(3)
    expect(eventsOfType(it, 'link/packetLost')).toEqual([])
    expect(eventsOfType(it, 'tcp/dataHeldOutOfOrder', SERVER).length).toBeGreaterThan(3)
    const closed = statePaths(it, SERVER)[1]
    expect(closed).toBe(PASSIVE_CLOSE)
  })

  test('corrupted-segment: the checksum finds it, and it is sent again', () => {
    const it = run('corrupted-segment')
    const dropped = eventsOfType(it, 'host/packetDropped', SERVER)
    expect(dropped.map((event) => event.reason)).toEqual(['badChecksum'])
    expect(causes(it, dropped[0]).map((event) => event.type)).toContain('link/packetCorrupted')
    expect(eventsOfType(it, 'tcp/dataAccepted', SERVER).reduce((sum, event) => sum + event.bytes, 0)).toBe(20_000)
  })
})

describe('congestion', () => {
  test.each([
    ['slow-start-reno', 0.5],
    ['slow-start-cubic', 0.7],
  ])('%s: slow start, then a sawtooth that falls to %f of its top', (id, factor) => {
    const it = run(id)
    const samples = eventsOfType(it, 'tcp/sampled', CLIENT)
    expect(samples[0].phase).toBe('slowStart')
    const phases = new Set(samples.map((event) => event.phase))
    expect(phases).toContain('congestionAvoidance')
    expect(phases).toContain('recovery')
    const lost = eventsOfType(it, 'link/packetLost')
    expect(lost.length).toBeGreaterThan(0)
    expect(new Set(lost.map((event) => event.reason))).toEqual(new Set(['queueFull']))
    const falls = samples.filter((event, i) => i > 0 && event.ssthresh < samples[i - 1].ssthresh)
    expect(falls.length).toBeGreaterThan(1)
    for (const fall of falls.slice(1)) {
      const before = Math.max(
        ...samples.filter((s) => s.index < fall.index && s.index > fall.index - 2_000).map((s) => s.cwnd),
      )
      expect(fall.ssthresh / before).toBeGreaterThan(factor - 0.12)
      expect(fall.ssthresh / before).toBeLessThan(factor + 0.12)
    }
  })

  test('cubic leaves slow start before the queue overflows, Reno does not', () => {
    const firstLoss = (id: string): number => eventsOfType(run(id), 'link/packetLost')[0].at
    expect(firstLoss('slow-start-cubic')).toBeGreaterThan(firstLoss('slow-start-reno'))
  })

  test('bbr: finds the rate of the link, loses nothing, and looks at the bare round trip after ten seconds', () => {
    const it = run('bbr')
    const changes = eventsOfType(it, 'tcp/congestionModeChanged', CLIENT)
    expect(changes.map((event) => event.to)).toEqual(['DRAIN', 'PROBE_BW', 'PROBE_RTT', 'PROBE_BW'])
    expect(changes[1].bytesPerSecond / ((5_000_000 / 8) * (1_448 / 1_500))).toBeCloseTo(1, 1)
    expect(changes[2].at / 1_000_000).toBeCloseTo(10, 0)
    expect(eventsOfType(it, 'link/packetLost')).toEqual([])
    const waiting = eventsOfType(it, 'link/packetQueued').filter((event) => event.at > 2_000_000 && event.link === 0)
    expect(Math.max(...waiting.map((event) => event.waiting))).toBeLessThan(30)
  })

  test('marks-not-losses: the queue marks, the window follows, nothing is lost or sent again', () => {
    const it = run('marks-not-losses')
    expect(eventsOfType(it, 'tcp/ecnAgreed').map((event) => event.mode)).toEqual(['rfc3168', 'rfc3168'])
    expect(eventsOfType(it, 'link/packetLost')).toEqual([])
    const marks = eventsOfType(it, 'link/packetMarked').length
    expect(marks).toBeGreaterThan(20)
    // Some are on their way at the end.
    expect(marks - eventsOfType(it, 'tcp/markArrived', SERVER).length).toBeLessThan(20)
    const states = new Set(eventsOfType(it, 'tcp/caStateChanged', CLIENT).map((event) => event.to))
    expect([...states].toSorted()).toEqual(['CWR', 'Open'])
    const sizes = eventsOfType(it, 'tcp/sampled', CLIENT).filter((event) => event.at > 1_000_000)
    expect(Math.max(...sizes.map((event) => event.cwnd))).toBeLessThan(45)
  })
})

test('empty: two machines wait for a person', () => {
  expect(statePaths(run('empty'), CLIENT)).toEqual([])
  expect(run('empty').events.map((event) => event.type)).toEqual(['sim/started'])
})

describe('processes and readiness', () => {
  const calls = (id: string, host: number, name: string) =>
    eventsOfType(run(id), 'host/returned', host).filter(({ call }) => call.startsWith(`${name}(`))
  const values = (id: string, host: number, name: string) =>
    calls(id, host, name).map(({ value, errno }) => (errno === '' ? value : errno))

  test('fork-and-close: the FIN waits for the last of two descriptors', () => {
    const [fin] = sent('fork-and-close', SERVER, FIN)
    expect(fin.at).toBe(300_000)
    expect(eventsOfType(run('fork-and-close'), 'host/referenceDropped', SERVER)).toMatchObject([
      { at: 150_000, fd: 4, references: 1 },
    ])
    expect(values('fork-and-close', SERVER, 'send')).toEqual([14])
  })

  test('shutdown-and-fork: shutdown acts at once, for both', () => {
    expect(sent('shutdown-and-fork', SERVER, FIN).map(({ at }) => at)).toEqual([200_000])
    expect(values('shutdown-and-fork', SERVER, 'send')).toEqual(['EPIPE'])
    expect(values('shutdown-and-fork', SERVER, 'close')).toEqual([0, 0])
  })

  test('orphans: the process ends long before its data is through, and FIN-WAIT-2 lasts a minute', () => {
    const { session, events } = run('orphans')
    const [ended] = eventsOfType(run('orphans'), 'host/processEnded', CLIENT)
    expect(ended.how).toBe('exited 0')
    expect(eventsOfType(run('orphans'), 'host/orphaned', CLIENT)).toMatchObject([{ state: 'FIN-WAIT-1' }])
    const data = sent('orphans', CLIENT).filter(({ at, length }) => at > ended.at && length > 0)
    expect(data.length).toBeGreaterThan(50)
    const path = eventsOfType(run('orphans'), 'tcp/stateChanged', CLIENT)
    const waiting = path.find(({ to }) => to === 'FIN-WAIT-2')
    const closed = path.find(({ to }) => to === 'CLOSED')
    expect(seconds((closed?.at ?? 0) - (waiting?.at ?? 0))).toBeCloseTo(60, 0)
    expect(session.world.state.hosts[SERVER].sockets.size).toBe(2)
    expect(events.length).toBeGreaterThan(0)
  })

  test('sigpipe: the careless writer dies of it, the careful one reads EPIPE', () => {
    expect(eventsOfType(run('sigpipe'), 'host/processEnded', CLIENT).map(({ how }) => how)).toEqual([
      'killed by SIGPIPE',
      'exited 0',
    ])
    expect(values('sigpipe', CLIENT, 'send')).toEqual([3, 3, 'EPIPE'])
    expect(values('sigpipe', CLIENT, 'close')).toEqual([0])
    expect(sent('sigpipe', SERVER, RST)).toHaveLength(2)
  })

  test('select: a bit for each message, none when the time is over, and one for a FIN', () => {
    expect(values('select', SERVER, 'select')).toEqual([1, 1, 0, 1])
    expect(values('select', SERVER, 'recv').slice(-2)).toEqual([0, 'EAGAIN'])
  })

  test('epoll-edge-and-level: level tells until all is read, an edge is told once', () => {
    const reads = new Map<number, (number | string)[]>()
    for (const { thread, value } of calls('epoll-edge-and-level', SERVER, 'recv')) {
      reads.set(thread, [...(reads.get(thread) ?? []), value])
    }
    expect([...reads.values()]).toEqual([
      [400, 400, 200, 200],
      [400, 400],
    ])
  })

  test('thundering-herd: four wake for each connection, and three in vain; EPOLLEXCLUSIVE wakes one', () => {
    expect(values('thundering-herd', SERVER, 'epoll_wait')).toHaveLength(8)
    expect(values('thundering-herd', SERVER, 'accept').filter((value) => value === 'EAGAIN')).toHaveLength(6)
    expect(values('epoll-exclusive', SERVER, 'epoll_wait')).toEqual([1, 1])
    expect(values('epoll-exclusive', SERVER, 'accept')).toEqual([5, 5])
    const woken = calls('epoll-exclusive', SERVER, 'accept').map(({ thread }) => thread)
    expect(new Set(woken).size).toBe(1)
  })

  test('eintr: accept with a plain handler and poll are interrupted, accept with SA_RESTART goes on', () => {
    const interrupted = eventsOfType(run('eintr'), 'host/returned', SERVER).filter(({ errno }) => errno === 'EINTR')
    expect(interrupted.map(({ call }) => call)).toEqual(['accept(3)', 'poll([{fd=3, events=POLLIN}], 1, -1)'])
    expect(eventsOfType(run('eintr'), 'host/callRestarted', SERVER).map(({ call }) => call)).toEqual(['accept(3)'])
    expect(values('eintr', SERVER, 'accept')).toEqual(['EINTR', 4])
  })
})
