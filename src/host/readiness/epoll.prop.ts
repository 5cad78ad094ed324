/**
 * Whatever two machines do to each other: a level-triggered epoll finds exactly what poll finds, an edge-triggered one nothing that is not so, and what an
 * edge-triggered one has not reported since the last wait has not changed.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { POLL_EVENTS as E } from '../../trace'
import { call, CLIENT, connected, createBench, does, lastCall, run, SERVER } from '../../testing/host-bench'
import type { HostBench } from '../../testing/host-bench'

const WATCHED = E.IN | E.OUT | E.RDHUP | E.PRI

const action = fc.oneof(
  fc.record({
    what: fc.constant('send' as const),
    host: fc.constantFrom(CLIENT, SERVER),
    bytes: fc.constantFrom(100, 5_000, 60_000, 400_000),
  }),
  fc.record({
    what: fc.constant('recv' as const),
    host: fc.constantFrom(CLIENT, SERVER),
    bytes: fc.constantFrom(100, 5_000, 60_000, 400_000),
  }),
  fc.record({
    what: fc.constant('shutdown' as const),
    host: fc.constantFrom(CLIENT, SERVER),
    how: fc.constantFrom('SHUT_RD' as const, 'SHUT_WR' as const),
  }),
  fc.record({ what: fc.constant('reset' as const) }),
  fc.record({ what: fc.constant('run' as const), micros: fc.constantFrom(1_000, 20_000, 300_000) }),
)
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

function perform(bench: HostBench, fds: readonly number[], it: Action): void {
  switch (it.what) {
    case 'run':
      run(bench, it.micros)
      return
    case 'reset':
      does(bench, CLIENT, { call: 'setsockopt', fd: fds[CLIENT], option: 'SO_LINGER', value: 0 })
      does(bench, CLIENT, { call: 'close', fd: fds[CLIENT] })
      return
    case 'shutdown':
      does(bench, it.host, { call: 'shutdown', fd: fds[it.host], how: it.how })
      return
    case 'send':
      does(bench, it.host, { call: 'send', fd: fds[it.host], bytes: it.bytes, flags: ['MSG_DONTWAIT', 'MSG_NOSIGNAL'] })
      return
    case 'recv':
      does(bench, it.host, { call: 'recv', fd: fds[it.host], bytes: it.bytes, flags: ['MSG_DONTWAIT'] })
  }
}

/** The bits that a look without waiting finds; 0 for none. */
function looked(bench: HostBench, what: Parameters<typeof call>[2]): number {
  const output = lastCall(bench, call(bench, SERVER, what)).returned?.output
  return output?.kind === 'events' ? (output.events[0]?.events ?? 0) : 0
}

function epollOn(bench: HostBench, target: number, events: number): number {
  const fd = Number(does(bench, SERVER, { call: 'epollCreate' }).replace('= ', ''))
  does(bench, SERVER, { call: 'epollCtl', fd, op: 'EPOLL_CTL_ADD', target, events, data: target })
  return fd
}

test('level-triggered epoll and poll agree; edge-triggered epoll reports all that changes', () => {
  fc.assert(
    fc.property(fc.array(action, { minLength: 1, maxLength: 25 }), (actions) => {
      const bench = createBench()
      const { client, server } = connected(bench)
      const [level, edge] = [epollOn(bench, server, WATCHED), epollOn(bench, server, WATCHED | E.ET)]
      let before = 0
      for (const it of actions) {
        perform(bench, [client, server], it)
        const polled = looked(bench, { call: 'poll', fds: [{ fd: server, events: WATCHED }], timeoutMs: 0 })
        const [byLevel, byEdge] = [level, edge].map((fd) =>
          looked(bench, { call: 'epollWait', fd, most: 4, timeoutMs: 0 }),
        )
        expect(byLevel).toBe(polled)
        // What it reports is so; what became so since the last look, it reports.
        expect([0, polled]).toContain(byEdge)
        if ((polled & ~before) !== 0) expect(byEdge).toBe(polled)
        before = polled
      }
    }),
    { numRuns: 50 },
  )
})
