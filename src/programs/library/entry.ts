/** What a ready-made program is: its steps, and the settings that a person may change, each with its range. */
import type { FunctionSpec, Step } from '../../trace'

export interface Parameter {
  /** Also the variable that holds it. */
  readonly name: string
  readonly initial: number
  readonly least: number
  readonly most: number
  /** '' for a plain number. */
  readonly unit: '' | 'B' | 'ms'
}

export interface LibraryProgram {
  readonly id: string
  readonly title: string
  /** One sentence: what it does, or what it gets wrong. */
  readonly summary: string
  /** A client connects to a server, whose address is a setting of its own. */
  readonly role: 'client' | 'server'
  readonly parameters: readonly Parameter[]
  readonly steps: readonly Step[]
  readonly functions?: Readonly<Record<string, FunctionSpec>>
}

/** Stands in `connect` for the address that a client is given. */
export const SERVER = 'server'

export const port: Parameter = { name: 'port', initial: 80, least: 1, most: 65_535, unit: '' }

export function setting(
  name: string,
  initial: number,
  least: number,
  most: number,
  unit: Parameter['unit'] = '',
): Parameter {
  return { name, initial, least, most, unit }
}

/** A listener on `port` as `listener`. */
export function listening(nonblock = false, backlog = 16): Step[] {
  return [
    nonblock ? { call: 'socket', nonblock, as: 'listener' } : { call: 'socket', as: 'listener' },
    { call: 'setsockopt', fd: 'listener', option: 'SO_REUSEADDR', value: 1 },
    { call: 'bind', fd: 'listener', port: 'port' },
    { call: 'listen', fd: 'listener', backlog },
  ]
}

export const acceptConn: Step = { call: 'accept', fd: 'listener', as: 'conn' }

/** A connection to the server as `conn`; without one there is nothing left to do. */
export const connecting: readonly Step[] = [
  { call: 'socket', as: 'conn' },
  { call: 'connect', fd: 'conn', address: SERVER, port: 'port', as: 'failed' },
  { if: 'failed', do: [{ return: 1 }] },
]

export const closeConn: Step = { call: 'close', fd: 'conn' }

/** Sends back whatever comes on `conn` until its end, and closes it. */
export const echoing: readonly Step[] = [
  { buffer: 'buf', bytes: 4_096 },
  {
    repeat: 'forever',
    steps: [
      { call: 'recv', fd: 'conn', into: 'buf', bytes: 4_096, as: 'n' },
      { if: 'n <= 0', do: [{ break: true }] },
      { call: 'send', fd: 'conn', from: 'buf', bytes: 'n', flags: ['MSG_NOSIGNAL'] },
    ],
  },
  closeConn,
]
