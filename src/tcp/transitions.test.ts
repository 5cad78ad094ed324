/** The table of transitions, walked: every edge that one connection can take is taken, along the table alone. */
import { expect, test } from 'vitest'
import { at, connected, craft, inject, pass, runUntil, shut, tcpPair, walked } from '../testing/tcp-pair'
import type { Pair } from '../testing/tcp-pair'
import { FIGURE_EDGES, TRANSITIONS } from '../trace'
import { ACK, FIN, RST } from '../wire'
import { abort, connect, shutdownWrite } from './calls'
import { setState } from './state'

/** Edges of listeners, which are the host's; of send() on a listener, which Linux refuses; of a new connection that takes over a TIME-WAIT. */
const NOT_OURS = ['CLOSED>LISTEN', 'LISTEN>CLOSED', 'LISTEN>SYN-SENT', 'TIME-WAIT>SYN-RECEIVED']

const LONG = 1_000_000_000

function run(walk: (pair: Pair) => void, options: Parameters<typeof tcpPair>[0] = {}): Pair {
  const pair = tcpPair(options)
  walk(pair)
  return pair
}

function established(walk: (pair: Pair) => void): Pair {
  const pair = connected()
  walk(pair)
  return pair
}

const WALKS: readonly (() => Pair)[] = [
  // Handshake, close by a, then by b.
  () =>
    established((pair) => {
      shut(pair, 'a')
      pass(pair, 50_000)
      shut(pair, 'b')
      pass(pair, LONG)
    }),
  // Both at once, opening and closing.
  () =>
    run(
      (pair) => {
        at(pair, 'a', connect)
        at(pair, 'b', connect)
        runUntil(pair, () => pair.a.tcb.state === 'SYN-RECEIVED')
        shut(pair, 'a')
        pass(pair, 50_000)
      },
      { bothActive: true },
    ),
  () =>
    established((pair) => {
      shut(pair, 'a')
      shut(pair, 'b')
      pass(pair, LONG)
    }),
  // FIN and ACK in one.
  () =>
    established((pair) => {
      at(pair, 'a', shutdownWrite)
      inject(pair, 'a', craft(pair, 'a', { flags: FIN | ACK, seq: 1, ack: 2 }))
    }),
  // The ways out of the opening.
  () =>
    run((pair) => {
      at(pair, 'a', connect)
      shut(pair, 'a')
    }),
  () =>
    run((pair) => {
      at(pair, 'a', connect)
      runUntil(pair, () => pair.b.tcb.state === 'SYN-RECEIVED')
      inject(pair, 'b', craft(pair, 'b', { flags: RST, seq: 1 }))
    }),
  () =>
    run(
      (pair) => {
        at(pair, 'a', connect)
        pass(pair, LONG)
      },
      { wire: () => [] },
    ),
  // The hard ends.
  () =>
    established((pair) => {
      at(pair, 'a', abort)
      pass(pair, 50_000)
    }),
  // Nobody answers in FIN-WAIT-2.
  () =>
    established((pair) => {
      shut(pair, 'a')
      pass(pair, LONG)
    }),
]

test('every edge that a connection can take is walked', () => {
  const seen = new Set<string>()
  for (const walk of WALKS) {
    const pair = walk()
    for (const end of ['a', 'b'] as const) for (const id of walked(pair, end)) seen.add(id)
  }
  const wanted = TRANSITIONS.map((edge) => edge.id).filter((id) => !NOT_OURS.includes(id))
  expect([...seen].toSorted()).toEqual(wanted.toSorted())
})

test('the figure of RFC 9293 has 22 edges', () => {
  expect(FIGURE_EDGES).toHaveLength(22)
})

test('nothing leads off the table', () => {
  const pair = connected()
  expect(() => setState(pair.a.tcb, 'LAST-ACK', pair.a.io, 'closeCall')).toThrow(/no transition/)
  expect(() => setState(pair.a.tcb, 'CLOSED', pair.a.io, 'closeCall', 'LAST-ACK>CLOSED')).toThrow(/does not lead/)
})
