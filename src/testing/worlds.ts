/** Small worlds for tests: two hosts, one link, a program each. */
import type { LinkSettings, Step, Sysctl, WorldSpec } from '../trace'

export const PLAIN_LINK: LinkSettings = {
  rateBitsPerSecond: 10_000_000,
  delayMicros: 20_000,
  jitterMicros: 0,
  queuePackets: 100,
  loss: 0,
  reorder: 0,
  reorderMicros: 0,
  duplicate: 0,
  corrupt: 0,
}

export interface TwoHosts {
  readonly seed?: number
  readonly link?: Partial<LinkSettings>
  readonly back?: Partial<LinkSettings>
  readonly client?: readonly Step[]
  readonly server?: readonly Step[]
  readonly clientSysctl?: Partial<Sysctl>
  readonly serverSysctl?: Partial<Sysctl>
  readonly faults?: WorldSpec['faults']
  readonly actions?: WorldSpec['actions']
}

export const CLIENT = 0
export const SERVER = 1
/** Client 10.0.0.1 and server 10.0.0.2 on one link; the client's program starts a millisecond after the server's. */
export function twoHosts(options: TwoHosts = {}): WorldSpec {
  const program = (steps: readonly Step[] | undefined, name: string, startMicros: number) =>
    steps === undefined ? [] : [{ name, startMicros, steps }]
  return {
    scenario: 'test',
    seed: options.seed ?? 1,
    hosts: [
      {
        name: 'client',
        address: '10.0.0.1',
        role: 'client',
        sysctl: options.clientSysctl ?? {},
        programs: program(options.client, 'client', 1_000),
      },
      {
        name: 'server',
        address: '10.0.0.2',
        role: 'server',
        sysctl: options.serverSysctl ?? {},
        programs: program(options.server, 'server', 0),
      },
    ],
    links: [
      {
        a: CLIENT,
        b: SERVER,
        aToB: { ...PLAIN_LINK, ...options.link },
        bToA: { ...PLAIN_LINK, ...(options.back ?? options.link) },
      },
    ],
    faults: options.faults ?? [],
    actions: options.actions ?? [],
  }
}

/** Accepts one connection, reads it to its end, answers with `answerBytes`, closes. */
export function readingServer(answerBytes = 0): Step[] {
  return [
    { call: 'socket', as: 'l' },
    { call: 'bind', fd: 'l', port: 80 },
    { call: 'listen', fd: 'l', backlog: 5 },
    { call: 'accept', fd: 'l', as: 'c' },
    { repeat: 'forever', untilClosed: true, steps: [{ call: 'recv', fd: 'c', bytes: 65_536 }] },
    ...(answerBytes > 0 ? [{ call: 'send', fd: 'c', bytes: answerBytes } as const] : []),
    { call: 'close', fd: 'c' },
    { call: 'close', fd: 'l' },
  ]
}

/** Connects, sends, says that it is done, reads what comes back, closes. */
export function sendingClient(bytes: number): Step[] {
  return [
    { call: 'socket', as: 's' },
    { call: 'connect', fd: 's', address: '10.0.0.2', port: 80 },
    ...(bytes > 0 ? [{ call: 'send', fd: 's', bytes } as const] : []),
    { call: 'shutdown', fd: 's', how: 'SHUT_WR' },
    { repeat: 'forever', untilClosed: true, steps: [{ call: 'recv', fd: 's', bytes: 65_536 }] },
    { call: 'close', fd: 's' },
  ]
}
