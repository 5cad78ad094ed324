/** Each ready-made program does what it says, on the real stack, against another of them. */
import { describe, expect, test } from 'vitest'
import {
  CLIENT,
  messagesOf,
  processesOf,
  returnsOf,
  runPrograms,
  SERVER,
  standing,
  statesOf,
  threadsOf,
} from '../testing/program-run'

const SECOND = 1_000_000
const SERVERS = ['echo-server', 'iterative-server', 'fork-server', 'thread-server', 'epoll-server'] as const

describe('servers', () => {
  test.each(SERVERS)('%s sends back what comes', (id) => {
    const run = runPrograms({
      server: [[id]],
      client: [['echo-client', { size: 5_000, count: 3, interval: 10 }]],
      untilMicros: 5 * SECOND,
    })
    expect(returnsOf(run, CLIENT, 'recv')).toEqual(Array(3).fill('recv(3, 5000 B, MSG_WAITALL) = 5000'))
    expect(processesOf(run, CLIENT).map(({ name }) => name)).toEqual(['client'])
  })

  const pair = (id: string) =>
    runPrograms({
      server: [[id]],
      client: [
        ['echo-client', { count: 5, interval: 100 }, 1_000],
        ['echo-client', { count: 1, interval: 0 }, 50_000],
      ],
      untilMicros: 3 * SECOND,
    })
  /** When the client that came second had its echo, µs. */
  const secondServed = (id: string): number => {
    const run = pair(id)
    const [, second] = [
      ...new Set(run.events.flatMap((it) => (it.type === 'host/called' && it.host === CLIENT ? [it.thread] : []))),
    ]
    const echo = run.events.find(
      (it) => it.type === 'host/returned' && it.thread === second && it.call.startsWith('recv'),
    )
    return echo?.at ?? -1
  }

  test('iterative-server makes the second client wait until the first has gone', () => {
    expect(secondServed('iterative-server')).toBeGreaterThan(500_000)
  })

  test.each(['fork-server', 'thread-server', 'epoll-server'])(
    '%s serves the second client while the first is there',
    (id) => {
      expect(secondServed(id)).toBeLessThan(200_000)
    },
  )

  const open = (id: string, untilMicros: number) =>
    runPrograms({
      server: [[id]],
      client: [
        ['echo-client', { count: 2, interval: 1_000 }, 1_000],
        ['echo-client', { count: 2, interval: 1_000 }, 2_000],
      ],
      untilMicros,
    })

  test('fork-server has a child for each client, and no zombie when they have gone', () => {
    expect(
      processesOf(open('fork-server', 500_000), SERVER).map(({ name, threads }) => `${name} ${threads.length}`),
    ).toEqual(['server 0', 'fork-server 0 1', 'fork-server 0 1', 'fork-server 0 1'])
    expect(processesOf(open('fork-server', 10 * SECOND), SERVER)).toHaveLength(2)
  })

  test('thread-server has a thread for each client in the one process', () => {
    const run = open('thread-server', 500_000)
    expect(threadsOf(run, SERVER).map(({ place, variables }) => `${place?.entry} ${variables.conn}`)).toEqual([
      'main 5',
      'serve 4',
      'serve 5',
    ])
    expect(standing(run, SERVER)).toEqual([
      'int conn = accept(listener, NULL, NULL);',
      'int n = recv(conn, buf, 4096, 0);',
      'int n = recv(conn, buf, 4096, 0);',
    ])
    const after = open('thread-server', 10 * SECOND)
    expect(threadsOf(after, SERVER).filter(({ place }) => place !== null)).toHaveLength(1)
  })

  test('epoll-server waits in epoll_wait alone', () => {
    const run = open('epoll-server', 500_000)
    expect(standing(run, SERVER)).toEqual(['int ready = epoll_wait(ep, events, 16, -1);'])
    expect(returnsOf(run, SERVER, 'recv').every((it) => !it.includes('EAGAIN'))).toBe(true)
  })
})

describe('servers with a habit', () => {
  test('slow-reader lets the window close, and the sender waits with a full send buffer', () => {
    const run = runPrograms({
      server: [['slow-reader']],
      client: [['bulk-sender', { size: 1_000_000 }]],
      untilMicros: 3 * SECOND,
    })
    expect(standing(run, CLIENT)).toEqual(['send(conn, data, size, 0);'])
    const [client] = threadsOf(run, CLIENT)
    expect(client.waitsFor).toBe('send buffer full')
    expect(run.events.some((it) => it.type === 'tcp/waiting' && it.reason === 'peerWindow')).toBe(true)
  })

  test('never-accepts has connections established in its accept queue, backlog + 1 of them', () => {
    const clients = [1, 2, 3, 4, 5].map((n) => ['echo-client', {}, n * 10_000] as const)
    const run = runPrograms({ server: [['never-accepts', { backlog: 2 }]], client: clients, untilMicros: SECOND })
    expect(statesOf(run, SERVER).filter((state) => state === 'ESTABLISHED')).toHaveLength(3)
    expect(standing(run, SERVER)).toEqual(['sleep_ms(60000);'])
  })

  test('never-closes leaves every connection in CLOSE-WAIT', () => {
    const clients = [1, 2, 3].map((n) => ['bulk-sender', { size: 100 }, n * 10_000] as const)
    const run = runPrograms({ server: [['never-closes']], client: clients, untilMicros: 100 * SECOND })
    expect(statesOf(run, SERVER)).toEqual(['LISTEN', 'CLOSE-WAIT', 'CLOSE-WAIT', 'CLOSE-WAIT'])
    expect(statesOf(run, CLIENT)).toEqual([])
  })
})

describe('clients', () => {
  test('retry-client waits twice as long after each refusal, up to its limit, and gets through when somebody listens', () => {
    const run = runPrograms({
      server: [['echo-server', {}, 1_500_000]],
      client: [['retry-client', { first: 100, longest: 400 }]],
      untilMicros: 3 * SECOND,
    })
    const connects = returnsOf(run, CLIENT, 'connect').map((it) => it.split(' = ')[1])
    expect(connects).toEqual([...Array(5).fill('-1 ECONNREFUSED'), '0'])
    const tries = run.events.flatMap((it) =>
      it.type === 'host/called' && it.call.startsWith('connect') ? [it.at] : [],
    )
    const pauses = tries.slice(1).map((at, index) => Math.round((at - tries[index]) / 100_000))
    expect(pauses).toEqual([1, 2, 4, 4, 4])
  })

  test('retry-client gives up after so many tries', () => {
    const run = runPrograms({ client: [['retry-client', { first: 1, tries: 3 }]], untilMicros: 3 * SECOND })
    expect(returnsOf(run, CLIENT, 'connect')).toHaveLength(3)
    expect(processesOf(run, CLIENT)).toHaveLength(1)
  })

  test('heartbeat-client goes on while PONG comes, and closes when it does not', () => {
    const settings = { interval: 500, timeout: 1_500 }
    const alive = runPrograms({
      server: [['heartbeat-server']],
      client: [['heartbeat-client', settings]],
      untilMicros: 20 * SECOND,
    })
    expect(standing(alive, CLIENT)).toEqual(['int ready = poll({conn: POLLIN}, 1, left);'])
    expect(returnsOf(alive, CLIENT, 'send').length).toBeGreaterThan(35)
    const mute = runPrograms({
      server: [['never-accepts']],
      client: [['heartbeat-client', settings]],
      untilMicros: 20 * SECOND,
    })
    const closed = mute.events.find((it) => it.type === 'host/called' && it.host === CLIENT && it.call === 'close(3)')
    expect(closed?.at).toBeGreaterThan(1_500_000)
    expect(closed?.at).toBeLessThan(1_600_000)
  })

  test('heartbeat-server closes a connection that is silent', () => {
    const run = runPrograms({
      server: [['heartbeat-server', { timeout: 800 }]],
      client: [['echo-client', { count: 1, interval: 60_000 }]],
      untilMicros: 5 * SECOND,
    })
    expect(returnsOf(run, SERVER, 'poll').at(-1)).toContain('= 0')
    const closed = run.events.find((it) => it.type === 'host/called' && it.host === SERVER && it.call === 'close(4)')
    expect(closed?.at).toBeCloseTo(861_000, -4)
    expect(statesOf(run, SERVER)).toEqual(['LISTEN', 'TIME-WAIT'])
  })
})

describe('framing', () => {
  const send = { count: 20 }
  const expected = Array.from({ length: 20 }, (_, i) => `message ${i + 1}`)

  test('without it, messages stick together and are split, and not a byte is lost', () => {
    const run = runPrograms({
      server: [['unframed-reader', { size: 64 }]],
      client: [['unframed-sender', send]],
      untilMicros: 5 * SECOND,
    })
    const got = messagesOf(run)
    expect(got.some((text) => text.includes('message 2message 3'))).toBe(true)
    expect(got.some((text) => !text.startsWith('message'))).toBe(true)
    const bytes = run.events.reduce((sum, it) => sum + (it.type === 'host/messageHandled' ? it.bytes : 0), 0)
    expect(bytes).toBe(expected.join('').length)
  })

  test.each(['length', 'line'])('with a %s, each message arrives as it was sent', (kind) => {
    const run = runPrograms({
      server: [[`${kind}-reader`, { size: 7 }]],
      client: [[`${kind}-sender`, send]],
      untilMicros: 5 * SECOND,
    })
    expect(messagesOf(run)).toEqual(expected)
  })

  test('a reader that meets what cannot be its framing gives up', () => {
    const run = runPrograms({
      server: [['length-reader']],
      client: [['line-sender', { count: 1 }]],
      untilMicros: 5 * SECOND,
    })
    expect(messagesOf(run)).toEqual([])
    expect(processesOf(run, SERVER).map(({ name }) => name)).toEqual(['server'])
  })
})
