/**
 * Who may bind a port that somebody has: the truth table of bind(2) over the state of the holder, SO_REUSEADDR and SO_REUSEPORT of both, and their addresses
 * (socket(7), ip(7); Linux inet_csk_get_port, inet_bind_conflict). Asked of Linux by e2e/kernel/calls.
 */
import { A, ADDRESS, close, on, toServer } from './play'
import type { Move, Side, Told } from './play'

/** Options of a socket: A for SO_REUSEADDR, P for SO_REUSEPORT. */
export const FLAGS = ['-', 'A', 'P', 'AP'] as const
type Flags = (typeof FLAGS)[number]

/** What the holder of the port is when the other one comes. Its listener, if it had one, is closed; each is on machine B. */
const LISTENS_FIRST = 'bound, and listening before the other'
export const HOLDERS = ['bound', LISTENS_FIRST, 'listening', 'accepted', 'orphaned', 'TIME-WAIT', 'connected'] as const
export type Holder = (typeof HOLDERS)[number]

/**
 * A line for the holder's options in the order of FLAGS, in it a letter for the newcomer's: `o` may bind and listen, `l` may bind and not listen, `x` may not bind.
 */
export const GRIDS: Readonly<Record<Holder, readonly [string, string, string, string]>> = {
  bound: ['xxxx', 'xoxo', 'xxoo', 'xooo'],
  'bound, and listening before the other': ['xxxx', 'xlxl', 'xxoo', 'xloo'],
  listening: ['xxxx', 'xxxx', 'xxoo', 'xxoo'],
  accepted: ['xxxx', 'xoxo', 'xxoo', 'xooo'],
  orphaned: ['xxxx', 'xoxo', 'xxoo', 'xooo'],
  'TIME-WAIT': ['xxxx', 'xoxo', 'xxoo', 'xooo'],
  connected: ['xxxx', 'xoxo', 'xxoo', 'xooo'],
}

const FIRST_PORT = 1000
const B = on('B')

function withFlags(side: Side, name: string, flags: Flags): Move[] {
  const make = on(side)
  const option = { A: 'SO_REUSEADDR', P: 'SO_REUSEPORT' } as const
  return [
    make({ call: 'socket' }, name),
    ...flags.split('').flatMap((flag) => {
      return flag === 'A' || flag === 'P'
        ? [make({ call: 'setsockopt', fd: name, option: option[flag], value: 1 })]
        : []
    }),
  ]
}

/** Makes the holder of `port`; `id` tells it from the others of its play. */
function hold(holder: Holder, flags: Flags, port: number, id: number): Move[] {
  const [listener, child, peer] = [`l${id}`, `c${id}`, `s${id}`]
  const bound = [...withFlags('B', listener, flags), B({ call: 'bind', fd: listener, port })]
  const accepted = [
    ...bound,
    B({ call: 'listen', fd: listener, backlog: 5 }),
    A({ call: 'socket' }, peer),
    toServer(peer, port),
    B({ call: 'accept', fd: listener }, child),
    close('B', listener),
  ]
  switch (holder) {
    case 'bound':
    case LISTENS_FIRST:
      return bound
    case 'listening':
      return [...bound, B({ call: 'listen', fd: listener, backlog: 5 })]
    case 'accepted':
      return accepted
    case 'orphaned':
      return [...accepted, close('B', child)]
    case 'TIME-WAIT':
      return [...accepted, close('B', child), close('A', peer)]
    case 'connected':
      return [...bound, B({ call: 'connect', fd: listener, address: ADDRESS.A, port: 90 })]
  }
}

const LISTENER: readonly Move[] = [
  A({ call: 'socket' }, 'peer'),
  A({ call: 'bind', fd: 'peer', port: 90 }),
  A({ call: 'listen', fd: 'peer', backlog: 50 }),
]
const IN_USE = '= -1 EADDRINUSE'

/** One play for each state of the holder: every pair of options at a port of its own. */
export const BIND_GRIDS: readonly Told[] = HOLDERS.map((holder) => ({
  name: `bind beside a holder that is ${holder}`,
  moves: [
    ...LISTENER,
    ...FLAGS.flatMap((held, i) =>
      FLAGS.flatMap((flags, j) => {
        const id = 4 * i + j
        const [port, newcomer] = [FIRST_PORT + id, `n${id}`]
        const is = GRIDS[holder][i][j]
        return [
          ...hold(holder, held, port, id),
          ...withFlags('B', newcomer, flags),
          [B({ call: 'bind', fd: newcomer, port }), is === 'x' ? IN_USE : '= 0'] as const,
          ...(holder === LISTENS_FIRST ? [B({ call: 'listen', fd: `l${id}`, backlog: 5 })] : []),
          // Without a port of its own listen() takes any.
          [B({ call: 'listen', fd: newcomer, backlog: 5 }), is === 'l' ? IN_USE : '= 0'] as const,
        ]
      }),
    ),
  ],
}))

/** Do two plain sockets at these addresses and one port keep each other out? * keeps everybody out. */
const ADDRESSES: readonly (readonly [held: string, asked: string, says: string])[] = [
  ['0.0.0.0', '0.0.0.0', IN_USE],
  ['0.0.0.0', ADDRESS.B, IN_USE],
  ['0.0.0.0', '127.0.0.1', IN_USE],
  [ADDRESS.B, '0.0.0.0', IN_USE],
  [ADDRESS.B, ADDRESS.B, IN_USE],
  [ADDRESS.B, '127.0.0.1', '= 0'],
  ['127.0.0.1', '0.0.0.0', IN_USE],
  ['127.0.0.1', '127.0.0.2', '= 0'],
  ['127.0.0.2', '127.0.0.2', IN_USE],
]

export const BIND_ADDRESSES: readonly Told[] = (['bound', 'listening'] as const).map((holder) => ({
  name: `bind at another address than a holder that is ${holder}`,
  moves: ADDRESSES.flatMap(([held, asked, says], id) => {
    const port = FIRST_PORT + id
    return [
      B({ call: 'socket' }, `h${id}`),
      B({ call: 'bind', fd: `h${id}`, address: held, port }),
      ...(holder === 'listening' ? [B({ call: 'listen', fd: `h${id}`, backlog: 5 })] : []),
      B({ call: 'socket' }, `n${id}`),
      [B({ call: 'bind', fd: `n${id}`, address: asked, port }), says] as const,
    ]
  }),
}))
