/** Programs and clicks side by side: one call a dispatch, each with its cause, all of it visible. */
import { expect, test } from 'vitest'
import { deepCopy } from '../base'
import { call, CLIENT, createBench, does, eventsOf, run, SERVER, states, view } from '../testing/host-bench'
import { readingServer, sendingClient } from '../testing/worlds'
import { hostCall } from '.'

const SECOND = 1_000_000

test('a client and a server program run to their end, and nothing is left but TIME-WAIT', () => {
  const bench = createBench({ programs: [sendingClient(5_000), readingServer(3_000)] })
  run(bench, 5 * SECOND)
  expect(
    eventsOf(bench, 'host/programEnded')
      .map(({ host }) => host)
      .toSorted((a, b) => a - b),
  ).toEqual([CLIENT, SERVER])
  const results = view(bench, CLIENT).processes[0].threads[0].calls.map(({ call: text, returned }) => [
    text,
    returned?.value,
  ])
  expect(results.at(-1)).toEqual(['close(3)', 0])
  expect([...states(bench, CLIENT), ...states(bench, SERVER)]).toEqual(['TIME-WAIT'])
  run(bench, 61 * SECOND)
  expect([...states(bench, CLIENT), ...states(bench, SERVER)]).toEqual([])
})

test('every event but the first has an earlier one as its cause', () => {
  const bench = createBench({ programs: [sendingClient(50_000), readingServer(3_000)] })
  bench.lose = ({ segment }) => segment.payload.length > 0 && segment.seq % 5 === 0
  run(bench, 100 * SECOND)
  bench.events.forEach((event, index) => {
    if (index === 0) return
    expect(event.cause, `${index} ${event.type}`).toBeGreaterThanOrEqual(0)
    expect(event.cause).toBeLessThan(index)
  })
})

test('a call comes from the return of the one before', () => {
  const bench = createBench({ programs: [sendingClient(10), readingServer()] })
  run(bench, 5 * SECOND)
  const [first, second] = eventsOf(bench, 'host/called', CLIENT)
  expect(bench.events[first.cause].type).toBe('sim/started')
  expect(bench.events[second.cause]).toMatchObject({ type: 'host/returned', fields: { call: first.fields['call'] } })
})

test('while a program blocks in accept, clicks go on in the same process', () => {
  const bench = createBench({ programs: [[], readingServer()] })
  run(bench, SECOND)
  const [thread] = view(bench, SERVER).processes[0].threads
  expect(thread).toMatchObject({ program: 'program', current: 'accept(3)', blockedSince: 0 })
  expect(does(bench, SERVER, { call: 'socket' })).toBe('= 4')
  expect(view(bench, SERVER).processes[0].descriptors.map(({ fd }) => fd)).toEqual([3, 4])
})

test('a sleeping thread says until when', () => {
  const bench = createBench({ programs: [[{ sleepMicros: 2 * SECOND }, { call: 'socket' }], []] })
  run(bench, SECOND)
  expect(view(bench, CLIENT).processes[0].threads[0].sleepingUntil).toBe(2 * SECOND)
  run(bench, SECOND)
  expect(view(bench, CLIENT).socketCount).toBe(1)
})

test('a thread remembers its last calls, a host the last threads that ended', () => {
  const bench = createBench({ programs: [[{ repeat: 20, steps: [{ call: 'socket' }] }, { sleepMicros: SECOND }], []] })
  run(bench, 1)
  const [thread] = view(bench, CLIENT).processes[0].threads
  expect(thread.calls).toHaveLength(8)
  expect(thread.calls.at(-1)!.returned!.value).toBe(22)
  for (let i = 0; i < 40; i++) call(bench, CLIENT, { call: 'socket' })
  expect(view(bench, CLIENT).processes[0].threads.length).toBeLessThanOrEqual(17)
})

test('a call in a process that does not exist is refused in a sentence', () => {
  const bench = createBench()
  const result = hostCall(bench.hosts[CLIENT], 77, { call: 'socket' }, bench.io)
  expect(result).toEqual({ ok: false, error: 'client has no process 77.' })
})

test('a host is plain data: it copies at every moment of a run', () => {
  const bench = createBench({ programs: [sendingClient(5_000), readingServer(3_000)] })
  for (let i = 0; i < 50; i++) {
    run(bench, 5_000)
    for (const host of bench.hosts) expect(deepCopy(host)).toEqual(host)
  }
})
