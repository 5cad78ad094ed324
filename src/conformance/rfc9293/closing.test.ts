/** RFC 9293 3.6: closes, aborts and TIME-WAIT, as an application and the wire see them. */
import { expect, test } from 'vitest'
import {
  call,
  CLIENT,
  connected,
  createBench,
  does,
  run,
  said,
  SERVER,
  socketAt,
  states,
} from '../../testing/host-bench'
import * as pairs from '../../testing/tcp-pair'
import type { Pair } from '../../testing/tcp-pair'
import { MICROS_PER_SECOND } from '../../base'
import { shutdownWrite } from '../../tcp'
import { SYN } from '../../wire'

/** Closed in order, `a` first and now in TIME-WAIT. */
function closedByA(timestamps = 1): Pair {
  const pair = pairs.connected({ sysctl: { tcp_timestamps: timestamps } })
  pairs.at(pair, 'a', shutdownWrite)
  pairs.pass(pair, 100_000)
  pairs.shut(pair, 'b')
  pairs.pass(pair, 100_000)
  return pair
}

test('MUST-12: a close ends the stream with 0, an abort with ECONNRESET', () => {
  const closed = createBench()
  const one = connected(closed)
  const reader = call(closed, SERVER, { call: 'recv', fd: one.server, bytes: 10 })
  does(closed, CLIENT, { call: 'close', fd: one.client })
  run(closed, 100_000)
  expect(said(closed, reader)).toBe('= 0')

  const aborted = createBench()
  const other = connected(aborted)
  const waiting = call(aborted, SERVER, { call: 'recv', fd: other.server, bytes: 10 })
  does(aborted, CLIENT, { call: 'setsockopt', fd: other.client, option: 'SO_LINGER', value: 0 })
  does(aborted, CLIENT, { call: 'close', fd: other.client })
  run(aborted, 100_000)
  expect(said(aborted, waiting)).toBe('= -1 ECONNRESET')
})

test('MUST-13: the active closer stays in TIME-WAIT for 60 s (2 MSL, TCP_TIMEWAIT_LEN), the passive one not at all', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  does(bench, CLIENT, { call: 'close', fd: client })
  run(bench, 100_000)
  does(bench, SERVER, { call: 'close', fd: server })
  run(bench, 100_000)
  expect(states(bench, CLIENT)).toEqual(['TIME-WAIT'])
  expect(states(bench, SERVER)).toEqual(['LISTEN'])
  run(bench, 59_800_000)
  expect(states(bench, CLIENT)).toEqual(['TIME-WAIT'])
  run(bench, 300_000)
  expect(states(bench, CLIENT)).toEqual([])
})

test('SHLD-4, MAY-2: a SYN with a newer timestamp has the place of a TIME-WAIT, even with a lower number', () => {
  const pair = closedByA()
  const recent = pair.a.tcb.timestamps.recent
  const syn = (seq: number, value: number) =>
    pairs.craft(pair, 'a', { flags: SYN, seq, options: { timestamps: { value, echo: 0 } } })
  pairs.inject(pair, 'a', syn(-5_000, recent - 1))
  expect(pair.outcome).toBe('done')
  pairs.inject(pair, 'a', syn(-5_000, recent + 1))
  expect(pair.outcome).toBe('newSyn')
})

test('MAY-2: without timestamps the number alone decides', () => {
  const pair = closedByA(0)
  pairs.inject(pair, 'a', pairs.craft(pair, 'a', { flags: SYN, seq: -5_000 }))
  expect(pair.outcome).toBe('done')
  pairs.inject(pair, 'a', pairs.craft(pair, 'a', { flags: SYN, seq: 100 }))
  expect(pair.outcome).toBe('newSyn')
})

test('SHLD-4: a connect() that finds all ports in TIME-WAIT takes one of them after a second of the timestamp clock', () => {
  const client = { ip_local_port_range: [40_000, 40_000] as [number, number], tcp_tw_reuse: 1 }
  const bench = createBench({ client })
  const { client: fd, server } = connected(bench)
  does(bench, CLIENT, { call: 'close', fd })
  run(bench, 50_000)
  does(bench, SERVER, { call: 'close', fd: server })
  run(bench, 50_000)
  const again = (): string => {
    const next = Number(does(bench, CLIENT, { call: 'socket' }).slice(2))
    return does(bench, CLIENT, { call: 'connect', fd: next, address: '10.0.0.2', port: 80 })
  }
  expect(again()).toBe('= -1 EADDRNOTAVAIL')
  run(bench, 1_100_000)
  expect(again()).toMatch(/^blocked/)
})

test('MAY-1: after close() nothing can be read, though the peer may go on until it notices', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  does(bench, CLIENT, { call: 'close', fd: client })
  expect(does(bench, CLIENT, { call: 'recv', fd: client, bytes: 1 })).toBe('= -1 EBADF')
  run(bench, 50_000)
  expect(socketAt(bench, SERVER, server).state).toBe('CLOSE-WAIT')
  does(bench, SERVER, { call: 'send', fd: server, bytes: 10 })
  run(bench, 50_000)
  expect(does(bench, SERVER, { call: 'send', fd: server, bytes: 10, flags: ['MSG_NOSIGNAL'] })).toBe('= -1 EPIPE')
})

test('SHLD-3: data that comes after close() is answered with RST, and so is a close over unread data', () => {
  const late = createBench()
  const { client, server } = connected(late)
  does(late, CLIENT, { call: 'close', fd: client })
  run(late, 50_000)
  does(late, SERVER, { call: 'send', fd: server, bytes: 10 })
  run(late, 50_000)
  expect(late.packets.at(-1)).toMatchObject({ from: CLIENT, packet: { segment: { flags: 0x04 } } })

  const unread = createBench()
  const both = connected(unread)
  does(unread, CLIENT, { call: 'send', fd: both.client, bytes: 10 })
  run(unread, 15_000)
  does(unread, SERVER, { call: 'close', fd: both.server })
  expect(unread.packets.at(-1)).toMatchObject({ from: SERVER, packet: { segment: { flags: 0x14 } } })
  run(unread, MICROS_PER_SECOND)
  expect(states(unread, CLIENT)).toEqual(['CLOSED'])
})
