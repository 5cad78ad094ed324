/**
 * A play: calls on two machines with a network between them, as data. The same play is made by our hosts in virtual time (src/testing/call-play.ts) and by a
 * Linux kernel in real time (e2e/kernel/calls), and each answers every move with a line of text, so that the lines can be compared.
 *
 * The machines are A (10.0.0.1) and B (10.0.0.2), each with one process of many threads: a call that blocks holds nobody else up. Descriptors have names.
 */
import type { Call, Sysctl } from '../../trace'

export type Side = 'A' | 'B'
export const ADDRESS: Readonly<Record<Side, string>> = { A: '10.0.0.1', B: '10.0.0.2' }

export type Move =
  /** A call by a new thread. Its answer is what it returned, or that it blocks. `as` names the descriptor it returns, or the call itself while it blocks. */
  | { readonly on: Side; readonly call: Call; readonly as?: string }
  /** How the call `again`, which was found blocked, stands by now. */
  | { readonly on: Side; readonly again: string }
  /** A counter of that machine, as `nstat` tells it without its prefix. */
  | { readonly on: Side; readonly counter: string }
  /** The connections of a machine, as `ss -tan` tells them. */
  | { readonly on: Side; readonly look: true }
  /** What the queues of a socket are charged, and what it dropped: `r832 w0 d1`. */
  | { readonly on: Side; readonly memory: string }
  /** From now on the network eats everything, or nothing any more. */
  | { readonly network: 'cut' | 'whole' }
  /** From now on this machine's answers are eaten, and the other's are not. */
  | { readonly mute: Side }
  | { readonly wait: number }

export interface Play {
  readonly name: string
  readonly sysctl?: Partial<Readonly<Record<Side, Partial<Sysctl>>>>
  readonly moves: readonly Move[]
}

/** A play with the answers that are expected; a move without one only leads there. */
export interface Told {
  readonly name: string
  readonly sysctl?: Play['sysctl']
  readonly moves: readonly (Move | readonly [move: Move, says: string])[]
}

export function playOf({ name, sysctl, moves }: Told): Play {
  const made = moves.map((it) => ('length' in it ? it[0] : it))
  return sysctl === undefined ? { name, moves: made } : { name, sysctl, moves: made }
}

/** What came of a move. */
export interface Answer {
  /** `= 0`, `= -1 EAGAIN`, `= 1 IN|OUT`, `blocked`; for a look its lines, joined by commas. */
  readonly says: string
  /** Segments that the machine sent from the call until the network was quiet: `FIN,ACK`, `PSH,ACK 100`, `UDP 10`. */
  readonly sends: readonly string[]
}

/** Segments of data that follow each other as one: where a kernel cuts them is told elsewhere. `ACK 1448`, `PSH,ACK 52` become `PSH,ACK 1500`. */
export function merged(sends: readonly string[]): string[] {
  const out: string[] = []
  for (const segment of sends) {
    const [flags, bytes] = segment.split(' ')
    const [before, sofar] = (out.at(-1) ?? '').split(' ')
    if (bytes === undefined || sofar === undefined || flags === 'UDP') out.push(segment)
    else {
      const push = [flags, before].find((it) => it.includes('PSH')) ?? flags
      out[out.length - 1] = `${push} ${Number(sofar) + Number(bytes)}`
    }
  }
  return out
}

/** Virtual time after each move; the kernel is given about as much. The network itself takes a millisecond. */
export const SETTLE_MS = 20

export const on =
  (side: Side) =>
  (call: Call, as?: string): Move =>
    as === undefined ? { on: side, call } : { on: side, call, as }
export const A = on('A')
export const B = on('B')
export const look = (side: Side): Move => ({ on: side, look: true })
export const again = (side: Side, name: string): Move => ({ on: side, again: name })
export const counted = (side: Side, counter: string): Move => ({ on: side, counter })
export const wait = (milliseconds: number): Move => ({ wait: milliseconds })
export const CUT: Move = { network: 'cut' }

export const close = (side: Side, fd: string): Move => ({ on: side, call: { call: 'close', fd } })
/** A new socket, bound to a port. */
export function bound(side: Side, name: string, port: number, address = '0.0.0.0'): Move[] {
  const make = on(side)
  return [make({ call: 'socket' }, name), make({ call: 'bind', fd: name, address, port })]
}
export const toServer = (fd: string, port = 80): Move => A({ call: 'connect', fd, address: ADDRESS.B, port })

/** A socket that listens on `port`, which any server does with SO_REUSEADDR. */
export function listening(side: Side, name: string, port: number, backlog = 5): Move[] {
  const make = on(side)
  return [
    make({ call: 'socket' }, name),
    make({ call: 'setsockopt', fd: name, option: 'SO_REUSEADDR', value: 1 }),
    make({ call: 'bind', fd: name, port }),
    make({ call: 'listen', fd: name, backlog }),
  ]
}

/** A connection from `s` at A to `c` at B, whose listener is `l`. */
export const CONNECTED: readonly Move[] = [
  ...listening('B', 'l', 80),
  A({ call: 'socket' }, 's'),
  A({ call: 'connect', fd: 's', address: ADDRESS.B, port: 80 }),
  B({ call: 'accept', fd: 'l' }, 'c'),
]
