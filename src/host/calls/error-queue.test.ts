/** The error queue: stamps of written bytes (SO_TIMESTAMPING) and MSG_ZEROCOPY's completions, read by recvmsg(MSG_ERRQUEUE). */
import { expect, test } from 'vitest'
import { STAMPING } from '../../tcp'
import {
  call,
  CLIENT,
  connected,
  connectTo80,
  createBench,
  does,
  eventsOf,
  inject,
  lastCall,
  run,
} from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'
import { ICMP_UNREACHABLE, icmpError, packetBytes } from '../../wire'

const ALL = STAMPING.TX_SCHED | STAMPING.TX_SOFTWARE | STAMPING.TX_ACK | STAMPING.SOFTWARE | STAMPING.OPT_ID
const STAGES = ['sent', 'scheduled', 'acknowledged']

/** Takes what is in the queue: `stage key @ms` or `zerocopy from..to`. */
function reports(bench: HostBench, fd: number): string[] {
  const found: string[] = []
  for (;;) {
    const { returned } = lastCall(bench, call(bench, CLIENT, { call: 'recv', fd, bytes: 0, flags: ['MSG_ERRQUEUE'] }))
    const output = returned?.output
    if (output?.kind !== 'report') return found
    found.push(
      output.origin === 5
        ? `zerocopy ${output.info}..${output.data}`
        : `${STAGES[output.info]} ${output.data} @${output.at / 1_000}`,
    )
  }
}

/** Connected at 40 ms; 10 ms each way. */
function stamping(flags = ALL): { bench: HostBench; fd: number } {
  const bench = createBench()
  const { client: fd } = connected(bench)
  expect(does(bench, CLIENT, { call: 'setsockopt', fd, option: 'SO_TIMESTAMPING', value: flags })).toBe('= 0')
  return { bench, fd }
}

test('the last byte of a write is stamped when it is handed on, when it leaves and when it is acknowledged', () => {
  const { bench, fd } = stamping()
  does(bench, CLIENT, { call: 'send', fd, bytes: 4_000 })
  expect(reports(bench, fd)).toEqual(['scheduled 3999 @40', 'sent 3999 @40'])
  run(bench, 200_000)
  expect(reports(bench, fd)).toEqual(['acknowledged 3999 @60'])
})

test('keys count from where the option was set', () => {
  const { bench, fd } = stamping(0)
  does(bench, CLIENT, { call: 'send', fd, bytes: 1_000 })
  run(bench, 200_000)
  does(bench, CLIENT, { call: 'setsockopt', fd, option: 'SO_TIMESTAMPING', value: ALL & ~STAMPING.TX_SCHED })
  does(bench, CLIENT, { call: 'send', fd, bytes: 10 })
  expect(reports(bench, fd)[0]).toMatch(/^sent 9 @/)
})

test('writes that share a buffer are stamped as one, by the last', () => {
  const { bench, fd } = stamping(ALL & ~STAMPING.TX_SCHED & ~STAMPING.TX_SOFTWARE)
  does(bench, CLIENT, { call: 'setsockopt', fd, option: 'TCP_CORK', value: 1 })
  does(bench, CLIENT, { call: 'send', fd, bytes: 100 })
  does(bench, CLIENT, { call: 'send', fd, bytes: 100 })
  does(bench, CLIENT, { call: 'setsockopt', fd, option: 'TCP_CORK', value: 0 })
  run(bench, 500_000)
  expect(reports(bench, fd).map((text) => text.split(' @')[0])).toEqual(['acknowledged 199'])
})

test('an entry makes poll report an error, and an empty queue EAGAIN', () => {
  const { bench, fd } = stamping()
  const poll = () => does(bench, CLIENT, { call: 'poll', fds: [{ fd, events: 0 }], timeoutMs: 0 })
  expect(poll()).toBe('= 0')
  does(bench, CLIENT, { call: 'send', fd, bytes: 10 })
  expect(poll()).toBe('= 1')
  run(bench, 200_000)
  expect(reports(bench, fd)).toHaveLength(3)
  expect(poll()).toBe('= 0')
  expect(does(bench, CLIENT, { call: 'recv', fd, bytes: 0, flags: ['MSG_ERRQUEUE'] })).toBe('= -1 EAGAIN')
  expect(eventsOf(bench, 'tcp/reported', CLIENT)).toHaveLength(3)
})

test('keys need a connection', () => {
  const bench = createBench()
  does(bench, CLIENT, { call: 'socket' })
  const set = (value: number): string =>
    does(bench, CLIENT, { call: 'setsockopt', fd: 3, option: 'SO_TIMESTAMPING', value })
  expect(set(ALL)).toBe('= -1 EINVAL')
  expect(set(ALL & ~STAMPING.OPT_ID)).toBe('= 0')
})

test('zero-copy writes are reported once acknowledged, neighbours as one range', () => {
  const bench = createBench()
  const { client: fd } = connected(bench)
  const write = (): void => {
    does(bench, CLIENT, { call: 'send', fd, bytes: 500, flags: ['MSG_ZEROCOPY'] })
    run(bench, 200_000)
  }
  write()
  expect(reports(bench, fd)).toEqual([])
  does(bench, CLIENT, { call: 'setsockopt', fd, option: 'SO_ZEROCOPY', value: 1 })
  write()
  write()
  expect(reports(bench, fd)).toEqual(['zerocopy 0..1'])
  write()
  expect(reports(bench, fd)).toEqual(['zerocopy 2..2'])
})

test('with IP_RECVERR the ICMP error that ended connect() is in the queue, with the head of the SYN; SO_ERROR goes with it', () => {
  const bench = createBench()
  const { fd } = connectTo80(bench, true)
  expect(does(bench, CLIENT, { call: 'setsockopt', fd, option: 'IP_RECVERR', value: 1 })).toBe('= 0')
  const [{ packet }] = bench.packets
  const icmp = icmpError(ICMP_UNREACHABLE, 1, 0, packetBytes(packet))
  const ip = { ...packet.ip, src: 0x0a0000fe, dst: packet.ip.src }
  inject(bench, CLIENT, { ip, icmp, damaged: undefined, length: 28 + icmp.quoted.length })
  const read = call(bench, CLIENT, { call: 'recv', fd, bytes: 1_000, flags: ['MSG_ERRQUEUE'] })
  expect(lastCall(bench, read).returned).toMatchObject({
    value: 40,
    output: { kind: 'report', errno: 113, origin: 2, code: 1, info: 0, data: 3, truncated: false },
  })
  expect(does(bench, CLIENT, { call: 'recv', fd, bytes: 1_000, flags: ['MSG_ERRQUEUE'] })).toBe('= -1 EAGAIN')
  expect(does(bench, CLIENT, { call: 'getsockopt', fd, option: 'SO_ERROR' })).toBe('= 0')
})
