import { describe, expect, it } from 'vitest'
import { LINUX_SYSCTL } from '../../trace'
import type { HostView, SocketView } from '../../trace'
import { ALL_CALLS, argumentText, callOf, firstDrafts, offeredCalls, returnedText } from './calls'
import { peerOf, remoteText, shownRow, socketRows } from './sockets'

function socket(id: number, more: Partial<SocketView> = {}): SocketView {
  return {
    id,
    state: 'ESTABLISHED',
    local: '10.0.0.1:40001',
    remote: '10.0.0.2:80',
    descriptors: [],
    parent: -1,
    error: '',
    shutdown: '',
    options: {},
    listener: null,
    tcb: null,
    poll: [],
    protocol: 'tcp',
    udp: null,
    unix: null,
    ...more,
  }
}

const LISTENER: SocketView['listener'] = {
  backlog: 4,
  synQueueLimit: 4,
  acceptQueueLimit: 5,
  synQueue: [],
  synQueueLength: 0,
  acceptQueue: [{ socket: 9, remote: '10.0.0.1:40002', since: 0, retries: 0 }],
  acceptQueueLength: 1,
  drops: {},
}

function host(
  index: number,
  sockets: readonly SocketView[],
  fds: readonly (readonly [number, number])[] = [],
): HostView {
  return {
    index,
    name: index === 0 ? 'client' : 'server',
    address: `10.0.0.${index + 1}`,
    role: index === 0 ? 'client' : 'server',
    up: true,
    processes: [
      {
        pid: 1000,
        name: 'app',
        descriptors: fds.map(([fd, id]) => ({
          fd,
          socket: id,
          nonblock: false,
          file: id,
          kind: 'socket',
          references: 1,
        })),
        threads: [],
        parent: 1,
        ended: '',
        interactive: true,
        signals: {},
      },
    ],
    sockets,
    programs: [],
    socketCount: sockets.length,
    stateCounts: {},
    sysctl: LINUX_SYSCTL,
    ip: { forwards: false, interfaces: [], routes: [], neighbours: [], exceptions: [] },
    counters: {},
    epolls: [],
  }
}

describe('sockets of a host', () => {
  const listener = socket(1, { state: 'LISTEN', listener: LISTENER, local: '0.0.0.0:80', remote: '0.0.0.0:0' })
  const queued = socket(9, { parent: 1 })
  const orphan = socket(7, { state: 'TIME-WAIT' })
  const taken = socket(4)
  const server = host(
    1,
    [queued, orphan, taken, listener],
    [
      [4, 4],
      [3, 1],
    ],
  )

  it('are listed by descriptor, those without one after them, with the reason', () => {
    expect(socketRows(server).map(({ fd, without }) => [fd, without])).toEqual([
      [3, ''],
      [4, ''],
      [-1, 'queued'],
      [-1, 'orphan'],
    ])
  })

  it('show the newest connection, unless a person chose another', () => {
    const rows = socketRows(server)
    expect(shownRow(rows, undefined)?.socket.id).toBe(4)
    expect(shownRow(rows, 7)?.socket.id).toBe(7)
    expect(shownRow(rows, 999)?.socket.id).toBe(4)
    expect(shownRow([], undefined)).toBeUndefined()
  })

  it('name what a listener listens on', () => {
    expect(remoteText(listener)).toBe('*:80')
    expect(remoteText(taken)).toBe('10.0.0.2:80')
  })

  it('find the other end of a connection by its addresses', () => {
    const tcb = { iss: 1 } as SocketView['tcb']
    const mine = socket(2, { tcb })
    const other = socket(5, { local: '10.0.0.2:80', remote: '10.0.0.1:40001', tcb })
    const hosts = [host(0, [mine]), host(1, [other])]
    const snapshot = {
      position: { step: 0, event: 0, at: 0 },
      traceHash: '',
      hosts,
      links: [],
      inFlight: [],
      nextAt: null,
    }
    expect(peerOf(snapshot, mine)?.socket.id).toBe(5)
  })
})

describe('calls of a host', () => {
  it('offer what a state asks for, and what was called before', () => {
    const fresh = socket(1, { state: 'CLOSED' })
    expect(offeredCalls(fresh, new Set())).toEqual(['bind', 'listen', 'connect', 'close', 'setsockopt'])
    expect(offeredCalls(socket(1), new Set(['connect', 'send']))).toEqual([
      'connect',
      'send',
      'recv',
      'shutdown',
      'close',
      'setsockopt',
    ])
  })

  it('begin with the address of the peer and the port that it listens on', () => {
    const client = host(0, [])
    const server = host(1, [socket(1, { listener: LISTENER, local: '0.0.0.0:8080' })])
    expect(firstDrafts(client, [client, server]).connect).toEqual({ call: 'connect', address: '10.0.0.2', port: 8080 })
  })

  it('become calls on a descriptor', () => {
    expect(callOf({ call: 'shutdown', how: 'SHUT_WR' }, 3)).toEqual({ call: 'shutdown', fd: 3, how: 'SHUT_WR' })
  })

  it('say their arguments briefly', () => {
    expect(argumentText({ call: 'setsockopt', option: 'TCP_NODELAY', value: 1 })).toBe('NODELAY 1')
    expect(argumentText({ call: 'bind', port: 80 })).toBe('*:80')
    expect(argumentText({ call: 'send', text: 'hi' })).toBe('"hi"')
    expect(argumentText({ call: 'recv', bytes: 10, flags: ['MSG_PEEK'] })).toBe('10 B MSG_PEEK')
  })
})

describe('what a call gave back', () => {
  const view = (name: string, call: string, value: number, errno = '') =>
    returnedText({ fd: 3, name, call, at: 0, event: 0, returned: { value, errno, at: 0 } })

  it('is its value, or -1 and errno', () => {
    expect(view('send', 'send(3, 10000 B)', 10_000)).toBe('= 10\u202f000')
    expect(view('recv', 'recv(3, 10 B)', -1, 'EAGAIN')).toBe('-1 EAGAIN')
  })

  it('is what was written for the caller where the value says nothing', () => {
    expect(view('getsockopt', 'getsockopt(3, SO_ERROR, [ECONNREFUSED])', 0)).toBe('= ECONNREFUSED')
    expect(view('getsockname', 'getsockname(3, [10.0.0.1:40000])', 0)).toBe('= 10.0.0.1:40000')
    expect(view('getpeername', 'getpeername(3)', -1, 'ENOTCONN')).toBe('-1 ENOTCONN')
  })
})

it('each call that is offered has arguments to begin with, and AF_UNSPEC stands for the address', () => {
  const drafts = firstDrafts(host(0, []), [host(0, [])])
  for (const name of ALL_CALLS) expect(drafts[name].call).toBe(name)
  expect(argumentText({ call: 'connect', address: '10.0.0.2', port: 80, family: 'AF_UNSPEC' })).toBe('AF_UNSPEC')
  expect(argumentText({ call: 'accept', nonblock: true })).toBe('SOCK_NONBLOCK')
})
