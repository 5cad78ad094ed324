/** The situations of texts.py on hosts of ours: the same calls, on two hosts and a quick link. */
import { createSession, runUntil, takeReport } from '../../src/sim'
import { runText } from '../../src/texts'
import { twoHosts } from '../../src/testing/worlds'
import type { Call, Step, TimedAction } from '../../src/trace'

interface Situation {
  readonly name: string
  readonly client: readonly Step[]
  readonly server: readonly Step[]
  /** When the link is cut: µs. */
  readonly cutAt?: number
  /** Packets of a kind that never arrive. */
  readonly lose?: { readonly from: number; readonly flags: string }
}

const CLIENT = 0
const SERVER = 1
const MS = 1_000
const wait = (ms: number): Step => ({ sleepMicros: ms * MS })
const close = (fd: string): Step => ({ call: 'close', fd })
const send = (fd: string, bytes: number): Step => ({ call: 'send', fd, bytes })
const recv = (fd: string, bytes: number): Step => ({ call: 'recv', fd, bytes })
const setsockopt = (fd: string, option: Extract<Call, { call: 'setsockopt' }>['option'], value: number): Step => ({
  call: 'setsockopt',
  fd,
  option,
  value,
})
const socket = (as: string): Step => ({ call: 'socket', as })

function connect(port: number, as = 'c', ...setup: readonly Step[]): Step[] {
  return [socket(as), ...setup, { call: 'connect', fd: as, address: '10.0.0.2', port }]
}

function listen(port: number, backlog = 5, ...setup: readonly Step[]): Step[] {
  return [socket('l'), ...setup, { call: 'bind', fd: 'l', port }, { call: 'listen', fd: 'l', backlog }]
}

/** One connection is accepted, and the listener closed. */
function accept(port: number, ...setup: readonly Step[]): Step[] {
  return [...listen(port, 5, ...setup), { call: 'accept', fd: 'l', as: 's' }, close('l')]
}

const nonBlocking = (fd: string): Step => ({ call: 'fcntl', fd, nonblock: true })

const SITUATIONS: readonly ((port: number) => Situation)[] = [
  (port) => ({ name: 'unread bytes', client: [...connect(port), send('c', 500)], server: accept(port) }),
  (port) => ({
    name: 'a full accept queue, and one more who asks',
    client: [
      ...connect(port, 'a'),
      ...connect(port, 'b'),
      socket('c'),
      nonBlocking('c'),
      wait(20),
      ...connect(port).slice(1),
    ],
    server: listen(port, 1),
  }),
  (port) => ({
    name: 'a FIN behind bytes that were not read',
    client: [...connect(port), wait(20), send('c', 100), close('c')],
    server: [...accept(port), wait(60), recv('s', 50)],
  }),
  (port) => ({
    name: 'a FIN that was read',
    client: [...connect(port), wait(20), send('c', 100), close('c')],
    server: [...accept(port), wait(60), recv('s', 1_000), recv('s', 1_000)],
  }),
  (port) => ({
    name: 'a FIN that came after all was read',
    client: [...connect(port), wait(20), send('c', 100), wait(60), close('c')],
    server: [...accept(port), wait(40), recv('s', 100)],
  }),
  (port) => ({
    name: 'TIME-WAIT with the descriptor still open',
    client: [...connect(port), wait(20), { call: 'shutdown', fd: 'c', how: 'SHUT_WR' }],
    server: [...accept(port), wait(60), close('s')],
  }),
  (port) => ({
    name: 'keepalive',
    client: connect(port, 'c', setsockopt('c', 'SO_KEEPALIVE', 1), setsockopt('c', 'TCP_KEEPIDLE', 90)),
    server: accept(port),
  }),
  (port) => ({
    name: 'FIN-WAIT-2 for longer than a minute',
    client: [...connect(port, 'c', setsockopt('c', 'TCP_LINGER2', 100)), wait(20), close('c')],
    server: accept(port),
  }),
  (port) => ({
    name: 'bytes that nobody acknowledges',
    client: [...connect(port), wait(40), send('c', 3_000)],
    server: accept(port),
    cutAt: 30 * MS,
  }),
  (port) => ({
    name: 'an orphan whose FIN nobody acknowledges',
    client: [...connect(port), wait(40), close('c')],
    server: accept(port),
    cutAt: 30 * MS,
  }),
  (port) => ({
    name: 'the last ACK that does not come',
    client: [...connect(port), wait(20), { call: 'shutdown', fd: 'c', how: 'SHUT_WR' }],
    server: [...accept(port), wait(60), close('s')],
    cutAt: 50 * MS,
  }),
  (port) => ({
    name: 'a SYN,ACK that does not arrive',
    client: [socket('c'), nonBlocking('c'), ...connect(port).slice(1)],
    server: listen(port),
    lose: { from: SERVER, flags: 'SA' },
  }),
  (port) => ({
    name: 'a connection behind two descriptors',
    client: [...connect(port), { call: 'dup', fd: 'c' }],
    server: accept(port),
  }),
  (port) => ({
    name: 'a connection without data that TCP_DEFER_ACCEPT keeps',
    client: connect(port),
    server: listen(port, 5, setsockopt('l', 'TCP_DEFER_ACCEPT', 5)),
  }),
  (port) => ({
    name: 'a window that is shut',
    client: [...connect(port), wait(20), nonBlocking('c'), { repeat: 20, steps: [send('c', 1_000), wait(50)] }],
    server: accept(port, setsockopt('l', 'SO_RCVBUF', 2_304)),
  }),
]

export const SITUATION_NAMES: readonly string[] = SITUATIONS.map((situation) => situation(0).name)

/** Of the situation with this port number: what a command prints on both hosts, one below the other. */
export function ourSituations(port: number): (command: string) => string {
  const { client, server, cutAt, lose } = SITUATIONS[port - 7_001](port)
  const actions: TimedAction[] =
    cutAt === undefined ? [] : [{ at: cutAt, action: { kind: 'plug', link: 0, connected: false } }]
  const sysctl = { tcp_congestion_control: 'reno', tcp_syncookies: 0 }
  const session = createSession(
    twoHosts({
      client,
      server,
      actions,
      link: { rateBitsPerSecond: 0, delayMicros: 10 },
      clientSysctl: sysctl,
      serverSysctl: sysctl,
      faults: lose === undefined ? [] : [{ ...lose, nth: [], order: 'lose' }],
    }),
  )
  runUntil(session, 1_600 * MS)
  return (command) =>
    [CLIENT, SERVER]
      .flatMap((host) => {
        const report = takeReport(session, host)
        const printed = report === undefined ? undefined : runText(command, report)
        if (printed?.ok !== true) throw new Error(printed?.error ?? 'no host')
        return printed.value.filter(({ header }) => host === CLIENT || !header).map(({ text }) => text)
      })
      .join('\n')
}
