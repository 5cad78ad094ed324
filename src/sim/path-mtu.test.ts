/** A link that takes only shorter packets than its hosts send: RFC 1191 where it says so, RFC 4821 where it does not. */
import { expect, test } from 'vitest'
import { createSession, runUntil } from '.'
import { CLIENT, SERVER, twoHosts } from '../testing/worlds'
import type { TwoHosts } from '../testing/worlds'
import { readEvent } from '../trace'
import type { TraceEvent } from '../trace'

const SECOND = 1_000_000
const BYTES = 100_000

/** The client sends 100 000 bytes over a link with an MTU of 1200. */
function play(options: TwoHosts, until: number): TraceEvent[] {
  const session = createSession(
    twoHosts({
      ...options,
      client: [
        { call: 'socket', as: 's' },
        { call: 'connect', fd: 's', address: '10.0.0.2', port: 80 },
        { call: 'send', fd: 's', bytes: BYTES },
      ],
      server: [
        { call: 'socket', as: 'l' },
        { call: 'bind', fd: 'l', port: 80 },
        { call: 'listen', fd: 'l', backlog: 1 },
        { call: 'accept', fd: 'l', as: 's' },
        { repeat: 'forever', untilClosed: true, steps: [{ call: 'recv', fd: 's', bytes: 65_536 }] },
      ],
    }),
  )
  runUntil(session, until)
  const { trace } = session.branch
  return Array.from({ length: trace.events.count }, (_, index) => readEvent(trace, index))
}

const accepted = (events: readonly TraceEvent[]): number =>
  events.reduce((sum, event) => sum + (event.type === 'tcp/dataAccepted' && event.host === SERVER ? event.bytes : 0), 0)

const told = (events: readonly TraceEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'host/icmpArrived' && event.host === CLIENT ? [event.message] : []))

const lost = (events: readonly TraceEvent[]): number =>
  events.filter((event) => event.type === 'link/packetLost' && event.reason === 'tooLong').length

test('a router that takes 1200 bytes says so, and everything arrives in segments that fit', () => {
  const events = play({ link: { mtuBytes: 1_200 }, back: {} }, 3 * SECOND)
  expect(told(events)).toContain('unreachable frag_needed mtu 1200')
  expect(accepted(events)).toBe(BYTES)
  expect(lost(events)).toBe(told(events).length)
  const changed = events.find((event) => event.type === 'tcp/pathMtuChanged')
  expect(changed).toMatchObject({ mtu: 1_200, mss: 1_148, host: CLIENT })
})

test('where it is silent nothing long ever arrives', () => {
  const events = play({ link: { mtuBytes: 1_200, icmpSilent: 1 }, back: {} }, 60 * SECOND)
  expect([accepted(events), told(events)]).toEqual([0, []])
})

test('and with tcp_mtu_probing 1 the black hole is found and gone round', () => {
  const sysctl = { tcp_mtu_probing: 1 }
  const events = play({ link: { mtuBytes: 1_200, icmpSilent: 1 }, back: {}, clientSysctl: sysctl }, 60 * SECOND)
  expect(accepted(events)).toBe(BYTES)
  expect(events.some((event) => event.type === 'tcp/pathMtuChanged' && event.rule === 'mtuBlackHole')).toBe(true)
})

test('a packet that may be cut up passes', () => {
  const sysctl = { ip_no_pmtu_disc: 1 }
  const events = play({ link: { mtuBytes: 1_200 }, back: {}, clientSysctl: sysctl }, 3 * SECOND)
  expect([accepted(events), lost(events)]).toEqual([BYTES, 0])
})
