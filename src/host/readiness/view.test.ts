/** Why each bit of a socket is set or not, from the same place as poll() has the bits; and what an epoll watches. */
import { expect, test } from 'vitest'
import {
  call,
  CLIENT,
  connected,
  connectTo80,
  createBench,
  does,
  listenOn80,
  run,
  SERVER,
  socketAt,
  valueOf,
  view,
} from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'
import type { ReportedEvent } from '../../trace'

const SECOND = 1_000_000

/** `IN: belowLowat 3/10`, for the bits that are named. */
function why(bench: HostBench, host: number, fd: number, ...events: ReportedEvent[]): string[] {
  return socketAt(bench, host, fd)
    .poll.filter(({ event }) => events.includes(event))
    .map(({ event, set, reason, amount, limit }) => {
      const compared = limit === 0 ? '' : ` ${amount}/${limit}`
      return `${set ? '' : 'not '}${event}: ${reason}${compared}`
    })
}

test('bytes below SO_RCVLOWAT do not set IN, as many do', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  does(bench, SERVER, { call: 'setsockopt', fd: server, option: 'SO_RCVLOWAT', value: 10 })
  expect(why(bench, SERVER, server, 'IN', 'RDHUP')).toEqual(['not IN: noBytes 0/10', 'not RDHUP: open'])
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 3 })
  run(bench, SECOND)
  expect(why(bench, SERVER, server, 'IN')).toEqual(['not IN: belowLowat 3/10'])
  does(bench, CLIENT, { call: 'send', fd: client, bytes: 7 })
  run(bench, SECOND)
  expect(why(bench, SERVER, server, 'IN')).toEqual(['IN: bytes 10/10'])
})

test('a FIN sets IN and RDHUP, and HUP once both directions are over', () => {
  const bench = createBench()
  const { client, server } = connected(bench)
  does(bench, CLIENT, { call: 'shutdown', fd: client, how: 'SHUT_WR' })
  run(bench, SECOND)
  expect(why(bench, SERVER, server, 'IN', 'RDHUP', 'HUP')).toEqual([
    'IN: receiveEnded',
    'RDHUP: finReceived',
    'not HUP: oneEnded',
  ])
  does(bench, SERVER, { call: 'shutdown', fd: server, how: 'SHUT_WR' })
  expect(why(bench, SERVER, server, 'OUT', 'HUP')).toEqual(['OUT: sendEnded', 'HUP: bothEnded'])
})

test('an unconnected socket, a connecting one, a listener and a broken connection each have their reasons', () => {
  const bench = createBench()
  const fresh = valueOf(bench, call(bench, CLIENT, { call: 'socket' }))
  expect(why(bench, CLIENT, fresh, 'OUT', 'HUP')).toEqual(['OUT: room', 'HUP: closed'])
  const { fd } = connectTo80(bench, true)
  expect(why(bench, CLIENT, fd, 'OUT', 'HUP')).toEqual(['not OUT: opening', 'not HUP: open'])
  run(bench, SECOND)
  expect(why(bench, CLIENT, fd, 'ERR', 'HUP')).toEqual(['HUP: closed', 'ERR: pendingError'])
  const listener = listenOn80(bench)
  expect(why(bench, SERVER, listener, 'IN', 'OUT')).toEqual(['not IN: noConnection 0/1', 'not OUT: notHere'])
  connectTo80(bench)
  run(bench, SECOND)
  expect(why(bench, SERVER, listener, 'IN')).toEqual(['IN: connectionsWait 1/1'])
})

test('a full send buffer says how much is free of what must be', () => {
  const bench = createBench()
  const { client } = connected(bench)
  does(bench, CLIENT, { call: 'fcntl', fd: client, nonblock: true })
  for (let i = 0; i < 20; i++) {
    call(bench, CLIENT, { call: 'send', fd: client, bytes: 5_000_000 })
    run(bench, SECOND)
  }
  expect(why(bench, CLIENT, client, 'OUT')[0]).toMatch(/^not OUT: noRoom \d+\/\d+$/)
})

test('to look at a socket does not ask to be told of room, as poll() does', () => {
  const bench = createBench()
  const { fd } = connectTo80(bench, true)
  const tcb = [...bench.hosts[CLIENT].sockets.values()][0].tcb!
  view(bench, CLIENT)
  expect(tcb.snd.noSpace).toBe(false)
  does(bench, CLIENT, { call: 'poll', fds: [{ fd, events: 'POLLOUT' }], timeoutMs: 0 })
  expect(tcb.snd.noSpace).toBe(true)
})

test('an epoll shows its interests, what holds of them, its ready list and who waits', () => {
  const bench = createBench()
  const { client, server, listener } = connected(bench)
  const epoll = valueOf(bench, call(bench, SERVER, { call: 'epollCreate' }))
  does(bench, SERVER, { call: 'epollCtl', fd: epoll, op: 'EPOLL_CTL_ADD', target: listener, events: 'EPOLLIN' })
  does(bench, SERVER, {
    call: 'epollCtl',
    fd: epoll,
    op: 'EPOLL_CTL_ADD',
    target: server,
    events: 'EPOLLIN|EPOLLRDHUP|EPOLLONESHOT',
  })
  const waiting = call(bench, SERVER, { call: 'epollWait', fd: epoll, most: 4, timeoutMs: -1 })
  const shown = () => view(bench, SERVER).epolls[0]
  expect(shown()).toMatchObject({ ready: [], waiters: [waiting.thread] })
  expect(shown().interests).toMatchObject([
    { fd: listener, events: 'EPOLLIN', holds: '', disarmed: false },
    { fd: server, events: 'EPOLLIN|EPOLLRDHUP|EPOLLONESHOT', holds: '', disarmed: false },
  ])
  does(bench, CLIENT, { call: 'shutdown', fd: client, how: 'SHUT_WR' })
  run(bench, SECOND)
  expect(shown()).toMatchObject({ ready: [], waiters: [] })
  expect(shown().interests[1]).toMatchObject({ events: 'EPOLLONESHOT', disarmed: true })
})
