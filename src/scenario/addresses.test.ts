/** What must be seen in the scenarios about ports and connect(): their `watch` lines, held. */
import { expect, test } from 'vitest'
import { eventsOfType, playScenario, returnedCalls, statePaths } from '../testing/scenario-run'
import type { ScenarioRun } from '../testing/scenario-run'
import { takeSnapshot } from '../sim'

const CLIENT = 0
const SERVER = 1

/** Sockets of a host at the end, `TIME-WAIT 10.0.0.2:80`. */
function sockets({ session }: ScenarioRun, host: number): string[] {
  return takeSnapshot(session).hosts[host].sockets.map(({ state, local }) => `${state} ${local}`)
}

const calls = (run: ScenarioRun, host: number, name: string): string[] =>
  returnedCalls(run, host).filter((call) => call.startsWith(`${name}(`))

test('address-in-use: bind fails beside a TIME-WAIT without SO_REUSEADDR and succeeds with it', () => {
  const run = playScenario('address-in-use')
  expect(calls(run, SERVER, 'bind').map((call) => call.split(' = ')[1])).toEqual(['0', '-1 EADDRINUSE', '0'])
  expect(calls(run, SERVER, 'listen')).toHaveLength(2)
  expect(calls(run, SERVER, 'accept')).toHaveLength(2)
  expect(sockets(run, SERVER)).toContain('TIME-WAIT 10.0.0.2:80')
  expect(statePaths(run, SERVER)[1]).toMatch(/FIN-WAIT-2 TIME-WAIT$/)
})

test('ports-exhausted: four connections, four TIME-WAITs, and a fifth connect() that sends nothing', () => {
  const run = playScenario('ports-exhausted')
  const answers = calls(run, CLIENT, 'connect').map((call) => call.split(' = ')[1])
  expect(answers).toEqual(['0', '0', '0', '0', '-1 EADDRNOTAVAIL', '-1 EADDRNOTAVAIL'])
  const held = sockets(run, CLIENT).toSorted()
  expect(held).toEqual([0, 1, 2, 3].map((port) => `TIME-WAIT 10.0.0.1:${40_000 + port}`))
  expect(statePaths(run, CLIENT)).toHaveLength(4)
})

test('time-wait-reused: the fifth connect() takes a port over from TIME-WAIT, more than a second after', () => {
  const run = playScenario('time-wait-reused')
  expect(calls(run, CLIENT, 'connect').map((call) => call.split(' = ')[1])).toEqual(Array(8).fill('0'))
  expect(sockets(run, CLIENT)).toHaveLength(4)
  const freed = eventsOfType(run, 'host/socketFreed', CLIENT)
  expect(freed).toHaveLength(4)
  expect(freed[0].at).toBeGreaterThan(1_000_000)
})

test('reuseport-workers: each listener gets some of the connections, the sleeping one too, whose queue fills', () => {
  const run = playScenario('reuseport-workers')
  const taken = new Map<string, number>()
  for (const call of calls(run, SERVER, 'accept')) taken.set(call[7], (taken.get(call[7]) ?? 0) + 1)
  const shares = [...taken.values()]
  expect(shares).toHaveLength(3)
  expect(shares.reduce((sum, share) => sum + share)).toBe(12)
  expect(new Set(shares).size, 'uneven shares').toBeGreaterThan(1)
  const late = eventsOfType(run, 'host/accepted', SERVER).filter(({ at }) => at >= 1_000_000)
  expect(late.length).toBe(taken.get('5'))
  expect(Math.max(...eventsOfType(run, 'host/acceptQueued', SERVER).map(({ length }) => length))).toBe(taken.get('5'))
})

test('self-connect: one socket opens to itself, hears itself, and keeps the server out', () => {
  const run = playScenario('self-connect')
  expect(statePaths(run, CLIENT)).toEqual(['CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED'])
  expect(returnedCalls(run, CLIENT)).toEqual([
    'socket(AF_INET, SOCK_STREAM) = 3',
    'connect(3, 127.0.0.1:40000) = 0',
    'send(3, "is anybody there?", 17 B) = 17',
    'recv(3, 4096 B) = 17',
    'socket(AF_INET, SOCK_STREAM) = 4',
    'setsockopt(4, SO_REUSEADDR, 1) = 0',
    'bind(4, 0.0.0.0:40000) = -1 EADDRINUSE',
  ])
})

test('nonblocking-connect: EINPROGRESS, EALREADY, poll() wakes for both, and SO_ERROR is told once', () => {
  const run = playScenario('nonblocking-connect')
  expect(calls(run, CLIENT, 'connect').map((call) => call.split(' = ')[1])).toEqual([
    '-1 EINPROGRESS',
    '-1 EINPROGRESS',
    '-1 EALREADY',
    '-1 EALREADY',
  ])
  expect(calls(run, CLIENT, 'poll').map((call) => call.split(' = ')[1])).toEqual(['1', '1'])
  const told = calls(run, CLIENT, 'getsockopt')
  for (const value of ['(3, SO_ERROR, [0])', '(4, SO_ERROR, [ECONNREFUSED])', '(4, SO_ERROR, [0])']) {
    expect(told.filter((call) => call.includes(value)).length, value).toBeGreaterThan(0)
  }
  const polled = eventsOfType(run, 'host/returned', CLIENT).filter(({ call }) => call.startsWith('poll'))
  expect(polled.map(({ at }) => at > 40_000)).toEqual([true, true])
})
