/** What the scenarios about buffers, flags and patience promise in their `watch` lines. */
import { describe, expect, test } from 'vitest'
import { eventsOfType, playScenario, returnedCalls } from '../../testing/scenario-run'
import type { ScenarioRun } from '../../testing/scenario-run'
import { packetHeader } from '../../trace'
import { RST, URG } from '../../wire'

const CLIENT = 0
const SERVER = 1

interface Returned {
  readonly at: number
  readonly call: string
  readonly value: number
  readonly errno: string
}

function returns(run: ScenarioRun, host: number, call: string): Returned[] {
  return eventsOfType(run, 'host/returned', host).filter((event) => event.call.startsWith(call))
}

/** Payload of the segments with data that a host sent, in order. */
function sizes(run: ScenarioRun, host: number): { at: number; length: number }[] {
  return eventsOfType(run, 'tcp/segmentSent', host)
    .filter(({ length }) => length > 0)
    .map(({ at, length }) => ({ at, length }))
}

describe('blocked-writer', () => {
  const run = playScenario('blocked-writer')
  const acked = (until: number): number =>
    eventsOfType(run, 'tcp/acknowledged', CLIENT)
      .filter(({ at }) => at <= until)
      .reduce((sum, { bytes }) => sum + bytes, 0)

  test('send() sleeps until all is in the buffer, which is before all has arrived', () => {
    const [sleeper] = returns(run, CLIENT, 'send(3, 80000 B)')
    expect(sleeper.value).toBe(80_000)
    const sent = sizes(run, CLIENT).filter(({ at }) => at <= sleeper.at)
    expect(sent.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(80_000)
  })

  test('without waiting it is a part, then EAGAIN', () => {
    const [first, second] = returns(run, CLIENT, 'send(3, 60000 B)')
    expect(first.value).toBeGreaterThan(10_000)
    expect(first.value).toBeLessThan(60_000)
    expect(second).toMatchObject({ value: -1, errno: 'EAGAIN', at: first.at })
  })

  test('poll() wakes when a third is free, not with the first free byte', () => {
    const [first] = returns(run, CLIENT, 'send(3, 60000 B)')
    const [woken] = returns(run, CLIENT, 'poll')
    const before = acked(first.at)
    expect(acked(woken.at) - before).toBeGreaterThan(first.value / 3)
    // Bytes had been acknowledged, and so were free, long before.
    expect(acked(woken.at - 50_000) - before).toBeGreaterThan(5_000)
  })
})

describe('peek-and-waitall', () => {
  const run = playScenario('peek-and-waitall')

  test('a peek leaves the bytes, and MSG_WAITALL returns them with those that come later', () => {
    const [peek] = returns(run, SERVER, 'recv(4, 4 B, MSG_PEEK)')
    const [all] = returns(run, SERVER, 'recv(4, 300 B, MSG_WAITALL)')
    expect([peek.value, all.value]).toEqual([4, 300])
    const arrivals = eventsOfType(run, 'tcp/dataAccepted', SERVER).filter(({ at }) => at > peek.at && at <= all.at)
    expect(arrivals).toHaveLength(2)
  })

  test('poll() is not woken by less than SO_RCVLOWAT', () => {
    const [woken] = returns(run, SERVER, 'poll')
    const arrivals = eventsOfType(run, 'tcp/dataAccepted', SERVER).filter(({ bytes }) => bytes === 150)
    expect(arrivals).toHaveLength(2)
    expect(woken.at).toBe(arrivals[1].at)
    expect(returnedCalls(run, SERVER)).toContain('recv(4, 4096 B) = 300')
  })
})

describe('out-of-band', () => {
  const run = playScenario('out-of-band')

  test('one segment is urgent, and its pointer is behind the byte', () => {
    const urgent = eventsOfType(run, 'tcp/segmentSent', CLIENT).filter(({ flags }) => (flags & URG) !== 0)
    expect(urgent.length).toBeGreaterThan(0)
    const header = packetHeader(run.session.branch.trace.packets, urgent[0].packet)
    expect((header[38] << 8) | header[39]).toBe(urgent[0].length)
  })

  test('recv() stops at the mark, MSG_OOB takes the byte once, and the rest follows', () => {
    expect(returnedCalls(run, SERVER).slice(-6)).toEqual([
      'poll([{fd=4, events=POLLPRI}], 1, -1) = 1',
      'recv(4, 100 B) = 5',
      'recv(4, 1 B, MSG_OOB) = 1',
      'recv(4, 1 B, MSG_OOB) = -1 EINVAL',
      'recv(4, 100 B) = 5',
      'close(4) = 0',
    ])
  })
})

describe('cork', () => {
  const run = playScenario('cork')

  test('two writes are two segments, with MSG_MORE or under a cork one', () => {
    expect(sizes(run, CLIENT).map(({ length }) => length)).toEqual([120, 400, 520, 520, 120])
  })

  test('what is left under the cork goes when the timeout is over', () => {
    const last = sizes(run, CLIENT).at(-1)
    const written = returns(run, CLIENT, 'send').at(-1)
    const waited = (last?.at ?? 0) - (written?.at ?? 0)
    expect(waited).toBeGreaterThan(200_000)
    expect(waited).toBeLessThan(260_000)
    expect(eventsOfType(run, 'tcp/waiting', CLIENT).some(({ reason }) => reason === 'cork')).toBe(true)
  })
})

describe('user-timeout', () => {
  const run = playScenario('user-timeout')

  test('one gives up five seconds after it first sent again, the other after fifteen retransmissions', () => {
    const [impatient, patient] = ['recv(3', 'recv(4'].map((call) => returns(run, CLIENT, call)[0])
    expect([impatient.errno, patient.errno]).toEqual(['ETIMEDOUT', 'ETIMEDOUT'])
    const [sent] = returns(run, CLIENT, 'send(3')
    const [first] = eventsOfType(run, 'tcp/segmentSent', CLIENT).filter(
      ({ purpose }) => purpose === 'timeoutRetransmit',
    )
    expect((impatient.at - first.at) / 1e6).toBeCloseTo(5, 1)
    expect((patient.at - sent.at) / 1e6).toBeGreaterThan(900)
    const again = eventsOfType(run, 'tcp/segmentSent', CLIENT).filter(({ purpose }) => purpose === 'timeoutRetransmit')
    const byTheOther = again.filter(({ at }) => at > impatient.at)
    expect(byTheOther.length).toBeGreaterThan(8)
  })

  test('the gaps double, and no reset crosses the cut cable', () => {
    const socket = eventsOfType(run, 'tcp/segmentSent', CLIENT).findLast(
      ({ purpose }) => purpose === 'timeoutRetransmit',
    )?.socket
    const times = eventsOfType(run, 'tcp/segmentSent', CLIENT)
      .filter((event) => event.socket === socket && event.purpose === 'timeoutRetransmit')
      .map(({ at }) => at)
    const gaps = times.slice(1).map((at, i) => (at - times[i]) / 1e6)
    for (let i = 1; i < 6; i++) expect(gaps[i] / gaps[i - 1]).toBeCloseTo(2, 1)
    const server = eventsOfType(run, 'tcp/segmentSent', SERVER)
    expect(server.filter(({ flags }) => (flags & RST) !== 0)).toEqual([])
  })
})
