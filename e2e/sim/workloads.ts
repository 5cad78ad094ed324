/**
 * What the programs of a simulated run do: one flow is a client and a server on a port of its own, with the options that each sets and the way in
 * which the two part. Says how many bytes each must have read in the end, or that nobody can promise any.
 */
import { nextChance, nextInt } from '../../src/base'
import type { Prng } from '../../src/base'
import { CONGESTION_ALGORITHMS } from '../../src/tcp'
import type { LinkSpec, ProgramSpec, SocketOption, Step } from '../../src/trace'
import { addressOf, magnitude, pick } from './chance'

export interface Flow {
  readonly name: string
  readonly port: number
  readonly client: number
  readonly server: number
  readonly programs: readonly (ProgramSpec & { readonly host: number })[]
  /** Connections that it makes, one after the other. */
  readonly connections: number
  /** Bytes of each connection that must be read at the end; undefined where it is cut short on purpose. */
  readonly toServer: number | undefined
  readonly toClient: number | undefined
}

/** One connection's life at each end, after connect() and accept(). */
interface Life {
  readonly client: readonly Step[]
  readonly server: readonly Step[]
  readonly toServer: number | undefined
  readonly toClient: number | undefined
}

const CLIENT_FD = 's'
const SERVER_FD = 'c'

const WORKLOADS: Readonly<Record<string, (random: Prng, up: number, down: number) => Life>> = {
  request: (random, up, down) => ({
    client: [...write(random, CLIENT_FD, up), half(CLIENT_FD), ...readAll(random, CLIENT_FD), shut(CLIENT_FD)],
    server: [...readAll(random, SERVER_FD), ...write(random, SERVER_FD, down), shut(SERVER_FD)],
    toServer: up,
    toClient: down,
  }),
  serverEnds: (random, _up, down) => ({
    client: [...readAll(random, CLIENT_FD), ...pause(random), shut(CLIENT_FD)],
    server: [...write(random, SERVER_FD, down), shut(SERVER_FD)],
    toServer: 0,
    toClient: down,
  }),
  pingPong: (random, up) => {
    const rounds = 1 + nextInt(random, 30)
    const bytes = 1 + Math.min(Math.floor(up / rounds), 3_000)
    const turn = (fd: string, first: boolean): Step => ({
      repeat: rounds,
      steps: first ? [send(fd, bytes), read(fd, bytes)] : [read(fd, bytes), send(fd, bytes)],
    })
    return {
      client: [turn(CLIENT_FD, true), shut(CLIENT_FD)],
      server: [turn(SERVER_FD, false), ...pause(random), shut(SERVER_FD)],
      toServer: rounds * bytes,
      toClient: rounds * bytes,
    }
  },
  bothEnd: (random) => ({
    client: [send(CLIENT_FD, 100), half(CLIENT_FD), ...readAll(random, CLIENT_FD), shut(CLIENT_FD)],
    server: [send(SERVER_FD, 200), half(SERVER_FD), ...readAll(random, SERVER_FD), shut(SERVER_FD)],
    toServer: 100,
    toClient: 200,
  }),
  clientResets: (random, up) => ({
    client: [...write(random, CLIENT_FD, up), ...pause(random), option(CLIENT_FD, 'SO_LINGER', 0), shut(CLIENT_FD)],
    server: [...readAll(random, SERVER_FD), shut(SERVER_FD)],
    toServer: undefined,
    toClient: 0,
  }),
  leavesUnread: (random, up, down) => ({
    client: [...write(random, CLIENT_FD, up), half(CLIENT_FD), ...readAll(random, CLIENT_FD), shut(CLIENT_FD)],
    server: [read(SERVER_FD, 1), ...pause(random), send(SERVER_FD, Math.min(down, 200)), shut(SERVER_FD)],
    toServer: undefined,
    toClient: undefined,
  }),
  lingers: (random, up) => ({
    client: [option(CLIENT_FD, 'SO_LINGER', 1 + nextInt(random, 20)), ...write(random, CLIENT_FD, up), shut(CLIENT_FD)],
    server: [...readAll(random, SERVER_FD), shut(SERVER_FD)],
    toServer: up,
    toClient: 0,
  }),
}

/** Draws the flow with number `index`, between the two ends of a cable or within one host. */
export function drawFlow(random: Prng, index: number, links: readonly LinkSpec[]): Flow {
  const cable = links[nextInt(random, links.length)]
  const ends = nextChance(random, 0.5) ? [cable.a, cable.b] : [cable.b, cable.a]
  const client = ends[0]
  const server = nextChance(random, 0.05) ? client : ends[1]
  const port = 8_000 + index
  const name = pick(random, ...Object.keys(WORKLOADS))
  const [up, down] = [drawBytes(random), drawBytes(random)]
  const life = WORKLOADS[name](random, up, down)
  const connections = pick(random, 1, 1, 1, 2, 4)
  const startMicros = 1_000 + (nextChance(random, 0.3) ? magnitude(random, 1_000, 3_000_000) : 0)
  const address = server === client && nextChance(random, 0.5) ? '127.0.0.1' : addressOf(server)
  const clientSteps: Step[] = [
    { call: 'socket', as: CLIENT_FD },
    ...options(random, CLIENT_FD),
    { call: 'connect', fd: CLIENT_FD, address, port },
    ...life.client,
  ]
  const serverSteps: Step[] = [
    { call: 'accept', fd: 'l', as: SERVER_FD },
    ...options(random, SERVER_FD),
    ...life.server,
  ]
  const listen: Step[] = [
    { call: 'socket', as: 'l' },
    { call: 'bind', fd: 'l', port },
    ...(nextChance(random, 0.3) ? options(random, 'l') : []),
    { call: 'listen', fd: 'l', backlog: nextInt(random, 4) },
  ]
  return {
    name,
    port,
    client,
    server,
    connections,
    toServer: life.toServer,
    toClient: life.toClient,
    programs: [
      { host: client, name: `${name} client`, startMicros, steps: again(connections, clientSteps) },
      {
        host: server,
        name: `${name} server`,
        startMicros: 0,
        steps: [...listen, ...again(connections, serverSteps), shut('l')],
      },
    ],
  }
}

function drawBytes(random: Prng): number {
  return pick(
    random,
    0,
    1,
    magnitude(random, 1, 3_000),
    magnitude(random, 1_000, 200_000),
    magnitude(random, 1_000, 60_000),
  )
}

function again(times: number, steps: readonly Step[]): Step[] {
  return [{ repeat: times, steps }]
}

/** Options that change how bytes travel and not whether they arrive. Keep-alive is always on: a peer may lose its power. */
function options(random: Prng, fd: string): Step[] {
  const all: Step[] = [option(fd, 'SO_KEEPALIVE', 1)]
  const perhaps = (share: number, name: SocketOption, value: () => number | string): void => {
    if (nextChance(random, share)) all.push(option(fd, name, value()))
  }
  perhaps(0.3, 'TCP_NODELAY', () => 1)
  perhaps(0.15, 'TCP_CORK', () => 1)
  perhaps(0.2, 'TCP_QUICKACK', () => nextInt(random, 2))
  perhaps(0.15, 'SO_SNDBUF', () => magnitude(random, 2_048, 200_000))
  perhaps(0.2, 'SO_RCVBUF', () => magnitude(random, 1_024, 200_000))
  perhaps(0.1, 'TCP_MAXSEG', () => magnitude(random, 88, 1_460))
  perhaps(0.1, 'TCP_NOTSENT_LOWAT', () => magnitude(random, 1, 100_000))
  perhaps(0.1, 'TCP_WINDOW_CLAMP', () => magnitude(random, 500, 100_000))
  perhaps(0.1, 'TCP_CONGESTION', () => pick(random, ...CONGESTION_ALGORITHMS))
  return all
}

/** `bytes` in pieces of a drawn size, with or without pauses between. */
function write(random: Prng, fd: string, bytes: number): Step[] {
  if (bytes === 0) return []
  const pieces = pick(random, 1, 1, 1 + nextInt(random, 10), 1 + nextInt(random, 40))
  const size = Math.floor(bytes / pieces)
  if (pieces === 1 || size === 0) return [send(fd, bytes)]
  const flags = nextChance(random, 0.15) ? ['MSG_MORE'] : []
  const rest = bytes - size * pieces
  return [
    { repeat: pieces, steps: [{ ...send(fd, size), flags }, ...pause(random)] },
    ...(rest > 0 ? [send(fd, rest)] : []),
  ]
}

/** Reads to the end, at its own pace: slow readers close the window. */
function readAll(random: Prng, fd: string): Step[] {
  const bytes = pick(random, 65_536, 65_536, magnitude(random, 200, 20_000))
  const wait = nextChance(random, 0.3) ? [{ sleepMicros: magnitude(random, 100, bytes < 2_000 ? 5_000 : 100_000) }] : []
  const late = nextChance(random, 0.2) ? [{ sleepMicros: magnitude(random, 1_000, 10_000_000) }] : []
  return [...late, { repeat: 'forever', untilClosed: true, steps: [...wait, { call: 'recv', fd, bytes }] }]
}

function pause(random: Prng): Step[] {
  return nextChance(random, 0.4) ? [{ sleepMicros: magnitude(random, 10, 500_000) }] : []
}

function send(fd: string, bytes: number): Extract<Step, { call: 'send' }> {
  return { call: 'send', fd, bytes }
}

function read(fd: string, bytes: number): Step {
  return { call: 'recv', fd, bytes, flags: ['MSG_WAITALL'] }
}

function half(fd: string): Step {
  return { call: 'shutdown', fd, how: 'SHUT_WR' }
}

function shut(fd: string): Step {
  return { call: 'close', fd }
}

function option(fd: string, name: SocketOption, value: number | string): Step {
  return { call: 'setsockopt', fd, option: name, value }
}
