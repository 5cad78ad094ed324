/** Urgent data, both ways, over a wire: RFC 9293 3.8.5 as Linux has it. */
import { describe, expect, test } from 'vitest'
import { call, CLIENT, connected, createBench, does, eventsOf, run, said, SERVER } from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'
import { URG } from '../../wire'

const recv = (bench: HostBench, fd: number, ...flags: string[]): string =>
  does(bench, SERVER, { call: 'recv', fd, bytes: 100, flags: ['MSG_DONTWAIT', ...flags] })

function sends(bench: HostBench, fd: number, bytes: number, ...flags: string[]): void {
  does(bench, CLIENT, { call: 'send', fd, bytes, flags })
  run(bench, 50_000)
}

/** Urgent pointers of the client's segments, undefined where URG is not set. */
const pointers = (bench: HostBench): (number | undefined)[] =>
  bench.packets
    .filter(({ from, packet }) => from === CLIENT && packet.segment.payload.length > 0)
    .map(({ packet }) => ((packet.segment.flags & URG) === 0 ? undefined : packet.segment.urgentPointer))

describe('an urgent byte', () => {
  test('is the last of its send(), and is taken by itself, at any time (MUST-30, MUST-32)', () => {
    const bench = createBench()
    const { client, server } = connected(bench)
    sends(bench, client, 10)
    sends(bench, client, 5, 'MSG_OOB')
    sends(bench, client, 10)
    expect(pointers(bench)).toEqual([undefined, 5, undefined])
    expect(recv(bench, server, 'MSG_OOB')).toBe('= 1')
    expect(recv(bench, server, 'MSG_OOB')).toBe('= -1 EINVAL')
    expect([recv(bench, server), recv(bench, server), recv(bench, server)]).toEqual(['= 14', '= 10', '= -1 EAGAIN'])
  })

  test('stands in the stream with SO_OOBINLINE, and a read still stops before it', () => {
    const bench = createBench()
    const { client, server } = connected(bench)
    does(bench, SERVER, { call: 'setsockopt', fd: server, option: 'SO_OOBINLINE', value: 1 })
    sends(bench, client, 5, 'MSG_OOB')
    sends(bench, client, 10)
    expect(recv(bench, server, 'MSG_OOB')).toBe('= -1 EINVAL')
    expect([recv(bench, server), recv(bench, server)]).toEqual(['= 4', '= 11'])
  })

  test('that is alone in the buffer is nothing to read', () => {
    const bench = createBench()
    const { client, server } = connected(bench)
    sends(bench, client, 1, 'MSG_OOB')
    expect(recv(bench, server)).toBe('= -1 EAGAIN')
    sends(bench, client, 3)
    expect(recv(bench, server)).toBe('= 3')
  })

  test('is pointed to by every segment before it, by the place behind it, however many they are (MUST-31, MUST-62)', () => {
    const bench = createBench()
    const { client, server } = connected(bench)
    sends(bench, client, 4_000, 'MSG_OOB')
    expect(pointers(bench)).toEqual([4_000, 2_552, 1_104])
    does(bench, SERVER, { call: 'recv', fd: server, bytes: 65_536 })
    expect(recv(bench, server, 'MSG_OOB')).toBe('= 1')
  })

  test('is said to be one, with the place that it has', () => {
    const bench = createBench()
    const { client } = connected(bench)
    sends(bench, client, 5, 'MSG_OOB')
    expect(eventsOf(bench, 'tcp/urgentAnnounced', SERVER)).toHaveLength(1)
  })

  test('by itself does not satisfy a reader that waits; what comes behind it does', () => {
    const bench = createBench()
    const { client, server } = connected(bench)
    const reader = call(bench, SERVER, { call: 'recv', fd: server, bytes: 100 })
    sends(bench, client, 1, 'MSG_OOB')
    expect(said(bench, reader)).toBe('blocked: receive buffer empty')
    sends(bench, client, 7)
    expect(said(bench, reader)).toBe('= 7')
  })
})
