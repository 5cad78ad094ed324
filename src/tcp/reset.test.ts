/** RST in every state, and segments that no state wants: RFC 9293 3.10.7, RFC 5961. */
import { describe, expect, test } from 'vitest'
import {
  at,
  connected,
  craft,
  drops,
  inject,
  pass,
  pattern,
  read,
  runUntil,
  shut,
  tcpPair,
  told,
  walked,
  write,
} from '../testing/tcp-pair'
import type { Pair } from '../testing/tcp-pair'
import type { TcpState } from '../trace'
import { ACK, RST, SYN } from '../wire'
import { connect, shutdownWrite } from './calls'
import { resetFor } from './reset'

/** A pair whose end `a` (or `b` for a passive SYN-RECEIVED) is in the state, nothing on the wire. */
const REACH: Readonly<Partial<Record<TcpState, () => Pair>>> = {
  'SYN-SENT': () => {
    const pair = tcpPair({ wire: () => [] })
    at(pair, 'a', connect)
    return pair
  },
  'SYN-RECEIVED': () => {
    const pair = tcpPair({ bothActive: true })
    at(pair, 'a', connect)
    at(pair, 'b', connect)
    runUntil(pair, () => pair.a.tcb.state === 'SYN-RECEIVED')
    return pair
  },
  ESTABLISHED: () => connected(),
  'FIN-WAIT-1': () => {
    const pair = connected()
    at(pair, 'a', shutdownWrite)
    return pair
  },
  'FIN-WAIT-2': () => {
    const pair = connected()
    at(pair, 'a', shutdownWrite)
    pass(pair, 100_000)
    return pair
  },
  'CLOSE-WAIT': () => {
    const pair = connected()
    shut(pair, 'b')
    pass(pair, 100_000)
    return pair
  },
  CLOSING: () => {
    const pair = connected()
    at(pair, 'a', shutdownWrite)
    at(pair, 'b', shutdownWrite)
    runUntil(pair, () => pair.a.tcb.state === 'CLOSING')
    return pair
  },
  'LAST-ACK': () => {
    const pair = connected()
    shut(pair, 'b')
    pass(pair, 100_000)
    at(pair, 'a', shutdownWrite)
    return pair
  },
}

const ERRNO_OF: Readonly<Partial<Record<TcpState, string>>> = { 'SYN-SENT': 'ECONNREFUSED', 'CLOSE-WAIT': 'EPIPE' }

describe.each(Object.entries(REACH))('in %s', (state, reach) => {
  test('a RST at RCV.NXT ends the connection with the errno of Linux', () => {
    const pair = reach()
    expect(pair.a.tcb.state).toBe(state)
    const flags = state === 'SYN-SENT' ? RST | ACK : RST
    const seq = (pair.a.tcb.rcv.nxt - pair.b.tcb.iss) | 0
    pair.log.length = 0
    inject(pair, 'a', craft(pair, 'a', { flags, seq }))
    expect(pair.a.tcb.state).toBe('CLOSED')
    expect(pair.a.tcb.error).toBe(ERRNO_OF[state as TcpState] ?? 'ECONNRESET')
    expect(walked(pair, 'a').at(-1)).toBe('reset')
    expect(pair.log).toEqual([])
  })

  test('a RST elsewhere ends nothing', () => {
    if (state === 'SYN-SENT') return
    const pair = reach()
    const seq = (pair.a.tcb.rcv.nxt - pair.b.tcb.iss) | 0
    pair.log.length = 0
    inject(pair, 'a', craft(pair, 'a', { flags: RST, seq: seq + 10 }))
    expect(pair.a.tcb.state).toBe(state)
    expect(pair.log.at(-1)).toMatchObject({ purpose: 'challengeAck' })
    inject(pair, 'a', craft(pair, 'a', { flags: RST, seq: seq + 1_000_000 }))
    inject(pair, 'a', craft(pair, 'a', { flags: RST, seq: seq - 5 }))
    expect(pair.a.tcb.state).toBe(state)
    expect(pair.log).toHaveLength(1)
    expect(drops(pair, 'a').slice(-3)).toEqual(['invalidReset', 'invalidReset', 'invalidReset'])
  })
})

test('a RST in a passive SYN-RECEIVED goes back to LISTEN and tells nobody (MUST-11)', () => {
  const pair = tcpPair()
  at(pair, 'a', connect)
  runUntil(pair, () => pair.b.tcb.state === 'SYN-RECEIVED')
  inject(pair, 'b', craft(pair, 'b', { flags: RST, seq: 1 }))
  expect(pair.b.tcb).toMatchObject({ state: 'LISTEN', error: '' })
  expect(walked(pair, 'b')).toEqual(['LISTEN>SYN-RECEIVED', 'SYN-RECEIVED>LISTEN'])
  expect(pair.b.counters).toMatchObject({ AttemptFails: 1, EmbryonicRsts: 1 })
})

test('what was received before a RST can still be read', () => {
  const pair = connected()
  write(pair, 'a', pattern(0, 50))
  pass(pair, 15_000)
  inject(pair, 'b', craft(pair, 'b', { flags: RST }))
  expect(pair.b.tcb.state).toBe('CLOSED')
  expect(read(pair, 'b')).toEqual(pattern(0, 50))
})

test('SHLD-2: a RST may carry data', () => {
  const pair = connected()
  inject(pair, 'b', craft(pair, 'b', { flags: RST, payload: pattern(0, 20) }))
  expect(pair.b.tcb.state).toBe('CLOSED')
})

test('a RST at the right edge of what was SACKed is believed', () => {
  const pair = connected()
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq: 1_001, payload: pattern(0, 100) }))
  inject(pair, 'b', craft(pair, 'b', { flags: RST, seq: 1_101 }))
  expect(pair.b.tcb.state).toBe('CLOSED')
})

test('RFC 5961 4.2: a SYN on a connection is answered with a challenge ACK, which a restarted peer resets', () => {
  for (const seq of [1, 5_000, 50_000_000]) {
    const pair = connected()
    inject(pair, 'b', craft(pair, 'b', { flags: SYN, seq }))
    expect(pair.b.tcb.state).toBe('ESTABLISHED')
    expect(drops(pair, 'b')).toEqual(['unexpectedSyn'])
    expect(told(pair)).toEqual(['b > . 1:1 ack 1'])
  }
})

test('challenge ACKs are rationed: one in half a second for a connection', () => {
  const pair = connected()
  for (let i = 0; i < 10; i++) inject(pair, 'b', craft(pair, 'b', { flags: SYN, seq: 500 }))
  expect(pair.log).toHaveLength(1)
  expect(drops(pair, 'b').filter((reason) => reason === 'challengeAckRateLimited')).toHaveLength(9)
  pass(pair, 600_000)
  inject(pair, 'b', craft(pair, 'b', { flags: SYN, seq: 500 }))
  expect(pair.log).toHaveLength(2)
})

test('an ACK of what was never sent is answered and its data ignored', () => {
  const pair = connected()
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, ack: 500, payload: pattern(0, 10) }))
  expect(drops(pair, 'b')).toEqual(['futureAck'])
  expect(told(pair)).toEqual(['b > . 1:1 ack 1'])
})

test('RFC 5961 5.2: an ACK from long ago does not bring data in', () => {
  const pair = connected()
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, ack: -100_000, payload: pattern(0, 10) }))
  expect(drops(pair, 'b')).toEqual(['oldAck'])
  expect(read(pair, 'b')).toHaveLength(0)
})

test('a segment without ACK, SYN or RST is ignored', () => {
  const pair = connected()
  inject(pair, 'b', craft(pair, 'b', { flags: 0, payload: pattern(0, 10) }))
  expect(drops(pair, 'b')).toEqual(['missingAck'])
  expect(pair.log).toEqual([])
})

test('a segment outside the window is answered with an ACK', () => {
  const pair = connected()
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, seq: 900_000, payload: pattern(0, 10) }))
  expect(drops(pair, 'b')).toEqual(['outOfWindow'])
  expect(told(pair)).toEqual(['b > . 1:1 ack 1'])
})

test('PAWS: a segment with an older timestamp is a copy from another time', () => {
  const pair = connected()
  write(pair, 'a', pattern(0, 10))
  pass(pair, 200_000)
  pair.log.length = 0
  const { recent } = pair.b.tcb.timestamps
  const options = { timestamps: { value: recent - 100, echo: 0 } }
  inject(pair, 'b', craft(pair, 'b', { flags: ACK, payload: pattern(10, 10), options }))
  expect(drops(pair, 'b')).toEqual(['paws'])
  expect(told(pair)).toEqual(['b > . 1:1 ack 11'])
  expect(read(pair, 'b')).toHaveLength(10)
})

test('the reset of a closed port takes its numbers from the segment', () => {
  const pair = connected()
  const withAck = craft(pair, 'b', { flags: ACK, seq: 5, ack: 9 })
  expect(resetFor(withAck)).toMatchObject({ flags: RST, seq: withAck.ack, ack: 0, srcPort: 80, dstPort: 1_000 })
  const syn = craft(pair, 'b', { flags: SYN, seq: 0, payload: pattern(0, 4) })
  expect(resetFor(syn)).toMatchObject({ flags: RST | ACK, seq: 0, ack: (syn.seq + 5) >>> 0 })
  expect(resetFor(craft(pair, 'b', { flags: RST }))).toBeUndefined()
})
