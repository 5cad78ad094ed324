/** What the scenarios about programs tell people to watch is what happens in them. */
import { describe, expect, test } from 'vitest'
import { eventsOfType, playScenario, returnedCalls } from '../testing/scenario-run'
import type { ScenarioRun } from '../testing/scenario-run'
import { takeSnapshot } from '../sim'
import { RST, SYN } from '../wire'

const CLIENT = 0
const SERVER = 1
const MS = 1_000

/** When the n-th client had its first echo, and when it was connected, µs. */
function client(run: ScenarioRun, n: number): { connected: number; answered: number; left: number } {
  const threads = [...new Set(eventsOfType(run, 'host/called', CLIENT).map(({ thread }) => thread))]
  const of = (name: string) =>
    eventsOfType(run, 'host/returned', CLIENT).find(
      ({ thread, call }) => thread === threads[n] && call.startsWith(name),
    )?.at ?? -1
  return { connected: of('connect'), answered: of('recv'), left: of('close') }
}

function calls(run: ScenarioRun, index: number, name: string): string[] {
  return returnedCalls(run, index).filter((it) => it.startsWith(`${name}(`))
}

function host(run: ScenarioRun, index: number) {
  return takeSnapshot(run.session).hosts[index]
}

describe('the structure of a server', () => {
  test('iterative-server: the second client is connected at once and answered when the first has gone', () => {
    const run = playScenario('iterative-server')
    const [first, second] = [client(run, 0), client(run, 1)]
    expect(second.connected).toBeLessThan(220 * MS)
    expect(second.answered).toBeGreaterThan(first.left)
    expect(second.answered).toBeLessThan(first.left + 40 * MS)
    const early = playScenario('iterative-server', 500 * MS)
    const listener = host(early, SERVER).sockets.find((it) => it.listener !== null)?.listener
    expect(listener?.acceptQueueLength).toBe(1)
    const waiting = host(early, SERVER).sockets.find(({ id }) => id === listener?.acceptQueue[0].socket)
    expect(waiting).toMatchObject({ state: 'ESTABLISHED', descriptors: [], tcb: { totals: { bytesReceived: 100 } } })
  })

  test.each(['fork-per-client', 'thread-per-client', 'epoll-loop'])(
    '%s: the second client is answered while the first is there',
    (id) => {
      const run = playScenario(id)
      expect(client(run, 1).answered).toBeLessThan(client(run, 0).left)
    },
  )

  test("fork-per-client: the parent's close() sends nothing, the child's is the last", () => {
    const run = playScenario('fork-per-client')
    const forks = eventsOfType(run, 'host/processForked', SERVER)
    expect(forks).toHaveLength(2)
    // The parent's close() of the connection, right after fork(), leaves one reference.
    expect(
      eventsOfType(run, 'host/referenceDropped', SERVER).filter(({ references }) => references === 1).length,
    ).toBeGreaterThanOrEqual(2)
    const early = host(playScenario('fork-per-client', 250 * MS), SERVER)
    expect(early.processes.filter(({ threads }) => threads.length > 0)).toHaveLength(3)
    expect(eventsOfType(run, 'host/processEnded', SERVER)).toHaveLength(2)
  })

  test('thread-per-client: main() is in accept() while each thread is in its recv(), and the process goes on', () => {
    const early = host(playScenario('thread-per-client', 290 * MS), SERVER)
    const threads = early.processes
      .flatMap((it) => it.threads)
      .map(({ place, waitsFor }) => `${place?.entry}: ${waitsFor}`)
    expect(threads).toEqual(['main: accept queue empty', 'serve: receive buffer empty', 'serve: receive buffer empty'])
    const late = host(playScenario('thread-per-client'), SERVER)
    expect(late.processes.flatMap((it) => it.threads).filter(({ place }) => place !== null)).toHaveLength(1)
  })

  test('epoll-loop: only epoll_wait() ever waits, and close() empties the interest list', () => {
    const run = playScenario('epoll-loop')
    expect(eventsOfType(run, 'host/blocked', SERVER).every(({ call }) => call.startsWith('epoll_wait'))).toBe(true)
    expect(calls(run, SERVER, 'recv').every((it) => !it.includes('EAGAIN'))).toBe(true)
    expect(host(run, SERVER).epolls[0].interests).toHaveLength(1)
  })
})

describe('servers with a habit', () => {
  test('slow-reader: the window closes, the client probes, and its program is blocked in send()', () => {
    const run = playScenario('slow-reader')
    expect(
      eventsOfType(run, 'tcp/waiting', CLIENT).some(({ reason }) => reason === 'persist' || reason === 'peerWindow'),
    ).toBe(true)
    expect(eventsOfType(run, 'tcp/segmentSent', CLIENT).some(({ purpose }) => purpose === 'windowProbe')).toBe(true)
    const [thread] = host(run, CLIENT).processes.flatMap((it) => it.threads)
    expect(thread).toMatchObject({ waitsFor: 'send buffer full', current: 'send(3, 400000 B)' })
    // A window that opens is worth a segment, not a read of 1000 bytes each time.
    const reads = calls(run, SERVER, 'recv').length
    const updates = eventsOfType(run, 'tcp/segmentSent', SERVER).filter(
      ({ purpose }) => purpose === 'windowUpdate',
    ).length
    expect(updates).toBeLessThan(reads)
  })

  test('never-accepts: three clients have sent their request, and the SYNs of the others are dropped', () => {
    const run = playScenario('never-accepts')
    expect(calls(run, SERVER, 'accept')).toEqual([])
    const { sockets } = host(run, SERVER)
    const listener = sockets.find((it) => it.listener !== null)?.listener
    expect(listener).toMatchObject({ backlog: 2, acceptQueueLength: 3 })
    expect(sockets.filter(({ tcb }) => tcb?.totals.bytesReceived === 100)).toHaveLength(3)
    expect(eventsOfType(run, 'host/packetDropped', SERVER).some(({ reason }) => reason === 'acceptQueueFull')).toBe(
      true,
    )
    expect(host(run, CLIENT).sockets.filter(({ state }) => state === 'SYN-SENT')).toHaveLength(2)
  })

  test('never-closes: every connection stays in CLOSE-WAIT, and costs a descriptor', () => {
    const run = playScenario('never-closes')
    const { sockets, processes } = host(run, SERVER)
    expect(sockets.filter(({ state }) => state === 'CLOSE-WAIT')).toHaveLength(4)
    expect(calls(run, SERVER, 'recv').filter((it) => it.endsWith(' = 0'))).toHaveLength(4)
    expect(processes.find(({ interactive }) => !interactive)?.descriptors).toHaveLength(5)
    expect(host(run, CLIENT).sockets.map(({ state }) => state)).toEqual(Array(4).fill('FIN-WAIT-2'))
  })
})

describe('messages', () => {
  const taken = (run: ScenarioRun) => eventsOfType(run, 'host/messageHandled', SERVER)
  const all = Array.from({ length: 24 }, (_, n) => `message ${n + 1}`)

  test('sticky-packets: the first travels alone, the others stick, one is split, and no byte is lost', () => {
    const run = playScenario('sticky-packets')
    const texts = taken(run).map(({ text }) => text)
    expect(texts[0]).toBe('message 1')
    expect(texts[1]).toMatch(/^message 2message 3/)
    expect(texts.some((text) => !text.startsWith('message'))).toBe(true)
    expect(taken(run).reduce((sum, { bytes }) => sum + bytes, 0)).toBe(all.join('').length)
  })

  test.each(['length-framing', 'line-framing'])(
    '%s: each message comes out whole, though one recv() brings several and the piece of one',
    (id) => {
      const run = playScenario(id)
      expect(taken(run).map(({ text }) => text)).toEqual(all)
      expect(calls(run, SERVER, 'recv').length).toBeLessThan(24)
    },
  )
})

describe('clients that watch over themselves', () => {
  test('heartbeat: three seconds after the last PONG the client closes, while TCP still tries', () => {
    const run = playScenario('heartbeat')
    const pongs = eventsOfType(run, 'host/returned', CLIENT).filter(
      ({ call, value }) => call.startsWith('recv') && value === 4,
    )
    const closed = eventsOfType(run, 'host/called', CLIENT).find(({ call }) => call.startsWith('close'))
    expect(pongs.length).toBe(5)
    expect((closed?.at ?? 0) - (pongs.at(-1)?.at ?? 0)).toBe(3_000 * MS)
    expect(eventsOfType(run, 'tcp/gaveUp')).toEqual([])
    expect(
      eventsOfType(run, 'tcp/segmentSent', CLIENT).filter(({ purpose }) => purpose === 'timeoutRetransmit').length,
    ).toBeGreaterThan(2)
  })

  test('retry-backoff: a reset for each SYN, a new socket for each try, and pauses that double', () => {
    const run = playScenario('retry-backoff')
    expect(calls(run, CLIENT, 'connect').map((it) => it.split(' = ')[1])).toEqual([
      ...Array(4).fill('-1 ECONNREFUSED'),
      '0',
    ])
    expect(calls(run, CLIENT, 'socket')).toHaveLength(5)
    expect(
      eventsOfType(run, 'tcp/segmentSent', SERVER).filter(({ flags }) => (flags & RST) !== 0).length +
        eventsOfType(run, 'tcp/segmentArrived', CLIENT).filter(({ flags }) => (flags & RST) !== 0).length,
    ).toBeGreaterThan(0)
    const syns = eventsOfType(run, 'tcp/segmentSent', CLIENT).filter(
      ({ flags }) => flags === SYN || (flags & SYN) !== 0,
    )
    const pauses = syns.slice(1).map(({ at }, n) => Math.round((at - syns[n].at) / (100 * MS)))
    expect(pauses).toEqual([1, 2, 4, 8])
  })
})
