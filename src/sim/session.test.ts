/** A session is taken forward, back and aside, and its hash says whether it is still the same run. */
import { expect, test } from 'vitest'
import { twoHosts } from '../testing/worlds'
import { packetHeader, readEvent } from '../trace'
import type { LinkSettings, Step, WorldSpec } from '../trace'
import {
  act,
  createSession,
  endPosition,
  position,
  runUntil,
  seek,
  sessionHash,
  stepBy,
  stepForward,
  switchBranch,
  takeSnapshot,
  upcomingTime,
} from '.'
import type { Session } from '.'

const SERVER: Step[] = [
  { call: 'socket', as: 'l' },
  { call: 'bind', fd: 'l', port: 80 },
  { call: 'listen', fd: 'l', backlog: 5 },
  { call: 'accept', fd: 'l', as: 'c' },
  { call: 'recv', fd: 'c', bytes: 4096 },
  { call: 'close', fd: 'c' },
]
const CLIENT: Step[] = [
  { call: 'socket', as: 's' },
  { call: 'connect', fd: 's', address: '10.0.0.2', port: 80 },
  { call: 'send', fd: 's', bytes: 3_000 },
  { call: 'recv', fd: 's', bytes: 100 },
  { call: 'close', fd: 's' },
]

function spec(link: Partial<LinkSettings> = {}): WorldSpec {
  return twoHosts({ seed: 42, link, client: CLIENT, server: SERVER })
}

function finished(settings: Partial<LinkSettings> = {}): Session {
  const session = createSession(spec(settings))
  runUntil(session, 10_000_000)
  return session
}

const states = (session: Session): string[] => {
  const { trace } = session.branch
  const out: string[] = []
  for (let i = 0; i < position(session).event; i++) {
    const event = readEvent(trace, i)
    if (event.type === 'tcp/stateChanged') out.push(`${event.host}:${event.to}`)
  }
  return out
}

test('two hosts connect, talk and close, by their programs alone', () => {
  const session = finished()
  expect(states(session)).toEqual([
    '1:LISTEN',
    '0:SYN-SENT',
    '1:SYN-RECEIVED',
    '0:ESTABLISHED',
    '1:ESTABLISHED',
    ...states(session).slice(5),
  ])
  expect(states(session)).toContain('0:CLOSE-WAIT')
})

test('the same scenario and seed give the same trace hash, lossy or not', () => {
  for (const settings of [
    {},
    { loss: 0.1, jitterMicros: 5_000, duplicate: 0.05, reorder: 0.1, reorderMicros: 30_000 },
  ]) {
    expect(sessionHash(finished(settings))).toBe(sessionHash(finished(settings)))
  }
})

test('ten events back and ten forward is the same place with the same hash', () => {
  const session = finished()
  const before = { hash: sessionHash(session), at: position(session).step }
  for (let i = 0; i < 10; i++) expect(stepBy(session, 'event', -1)).toBe(true)
  expect(position(session).step).toBe(before.at - 10)
  expect(sessionHash(session)).not.toBe(before.hash)
  for (let i = 0; i < 10; i++) expect(stepBy(session, 'event', 1)).toBe(true)
  expect(sessionHash(session)).toBe(before.hash)
})

test('every step reached by seeking has the hash and the snapshot that it had when it was first run', () => {
  const session = createSession(spec({ loss: 0.1 }))
  const seen: { hash: string; snapshot: unknown }[] = [{ hash: sessionHash(session), snapshot: takeSnapshot(session) }]
  while (position(session).at < 10_000_000 && stepForward(session)) {
    seen.push({ hash: sessionHash(session), snapshot: takeSnapshot(session) })
  }
  for (const step of [0, 1, seen.length - 1, seen.length >> 1, 3, seen.length - 2]) {
    seek(session, { to: 'step', step })
    expect(sessionHash(session)).toBe(seen[step].hash)
    if (step < seen.length - 1) expect(takeSnapshot(session)).toEqual(seen[step].snapshot)
  }
})

test('acting in the past starts a branch; the old future stays and can be gone back to', () => {
  const session = finished()
  const old = { hash: sessionHash(session), end: endPosition(session), branch: session.branch.id }
  seek(session, { to: 'step', step: 8 })
  const syn = takeSnapshot(session).inFlight[0]
  expect(syn).toBeDefined()
  expect(act(session, { kind: 'packet', packet: syn.packet, order: 'lose' }).ok).toBe(true)
  expect(session.branches).toHaveLength(2)
  runUntil(session, 10_000_000)
  expect(sessionHash(session)).not.toBe(old.hash)
  const fresh = sessionHash(session)
  expect(switchBranch(session, old.branch).ok).toBe(true)
  seek(session, { to: 'end' })
  expect(sessionHash(session)).toBe(old.hash)
  expect(endPosition(session)).toEqual(old.end)
  switchBranch(session, 1)
  seek(session, { to: 'end' })
  expect(sessionHash(session)).toBe(fresh)
})

test('the commands of a branch, given to a fresh session, give the branch again', () => {
  const session = finished()
  seek(session, { to: 'time', at: 30_000 })
  act(session, { kind: 'call', host: 0, pid: 1000, call: { call: 'socket' } })
  runUntil(session, 10_000_000)
  const again = createSession(session.spec)
  again.branch.commands.push(...session.branch.commands)
  runUntil(again, 10_000_000)
  expect(sessionHash(again)).toBe(sessionHash(session))
})

test('an action at the end of what was run goes on in the same branch', () => {
  const session = createSession(spec())
  runUntil(session, 500_000)
  act(session, { kind: 'call', host: 0, pid: 1000, call: { call: 'socket' } })
  expect(session.branches).toHaveLength(1)
})

test('an order on a packet that is not in flight is refused in a sentence, and changes no packet', () => {
  const session = finished()
  const result = act(session, { kind: 'packet', packet: 99_999, order: 'lose' })
  expect(result.ok).toBe(false)
})

test('a long run keeps a bounded number of checkpoints and still seeks exactly', () => {
  const long: WorldSpec = {
    ...spec(),
    hosts: spec().hosts.map((host) => ({
      ...host,
      programs: host.programs.map((program) => ({
        ...program,
        steps: program.steps.map((step) =>
          'call' in step && (step.call === 'send' || step.call === 'recv') ? { repeat: 1_500, steps: [step] } : step,
        ),
      })),
    })),
  }
  const session = createSession(long)
  const hashes = new Map<number, string>()
  while (position(session).at < 60_000_000 && stepForward(session)) {
    if (position(session).step % 97 === 0) hashes.set(position(session).step, sessionHash(session))
  }
  expect(position(session).step).toBeGreaterThan(5_000)
  expect(session.branch.checkpoints.size).toBeLessThanOrEqual(65)
  for (const [step, hash] of [...hashes].toReversed().filter((_, i) => i % 7 === 0)) {
    seek(session, { to: 'step', step })
    expect(position(session).step).toBe(step)
    expect(sessionHash(session)).toBe(hash)
  }
})

test('seeking to an event stands right after the step that recorded it', () => {
  const session = finished()
  const { timeline } = session.branch
  for (let event = 0; event < timeline.events[timeline.steps]; event++) {
    seek(session, { to: 'event', event })
    const { step, event: count } = position(session)
    expect(count).toBeGreaterThan(event)
    if (step > 0) expect(timeline.events[step - 1]).toBeLessThanOrEqual(event)
  }
})

test('what is said to come next is what comes next', () => {
  const session = createSession(spec({ loss: 0.2, jitterMicros: 7_000 }))
  for (let next = upcomingTime(session); stepForward(session); next = upcomingTime(session)) {
    expect(position(session).at).toBe(next)
  }
})

test('a branch has the commands from before its fork, then its own, and the trace that they make', () => {
  const session = createSession(spec())
  const socket = { kind: 'call', host: 0, pid: 1000, call: { call: 'socket' } } as const
  for (const at of [5_000, 15_000, 40_000, 90_000]) {
    runUntil(session, at)
    act(session, socket)
  }
  runUntil(session, 10_000_000)
  seek(session, { to: 'time', at: 60_000 })
  act(session, { kind: 'plug', link: 0, connected: false })
  runUntil(session, 10_000_000)
  expect(session.branch.commands.map(({ at, action }) => `${at} ${action.kind}`)).toEqual([
    '5000 call',
    '15000 call',
    '40000 call',
    '60000 plug',
  ])
  const again = createSession(session.spec)
  again.branch.commands.push(...session.branch.commands)
  runUntil(again, 10_000_000)
  const [mine, fresh] = [session.branch.trace, again.branch.trace]
  expect(mine.events.count).toBe(fresh.events.count)
  for (let i = 0; i < mine.events.count; i++) expect(readEvent(mine, i)).toEqual(readEvent(fresh, i))
  expect(mine.packets.count).toBe(fresh.packets.count)
  for (let i = 0; i < mine.packets.count; i++) {
    expect(packetHeader(mine.packets, i)).toEqual(packetHeader(fresh.packets, i))
  }
})

test('a program that never closes its sockets fills no memory with checkpoints, and the session still goes back', () => {
  const session = createSession(twoHosts({ client: [{ repeat: 'forever', steps: [{ call: 'socket' }] }] }))
  while (position(session).step < 12_000) stepForward(session)
  const copied = [...session.branch.checkpoints.values()].reduce((sum, state) => sum + state.hosts[0].sockets.size, 0)
  expect(copied).toBeLessThanOrEqual(50_000)
  const hash = sessionHash(session)
  seek(session, { to: 'step', step: 5_000 })
  expect(takeSnapshot(session).hosts[0].socketCount).toBe(5_000)
  seek(session, { to: 'step', step: 12_000 })
  expect(sessionHash(session)).toBe(hash)
})
