/** Pieces that many scenarios are made of, so that each scenario shows only what it is about. */
import type { HostDocument, ProgramDocument, StepDocument } from '../document'

/** Every built-in is of this version of the document. */
export const V1 = { version: 1 } as const

/** A host named and seen as the client; programs start when their first step says so. */
export function client(...programs: readonly ProgramDocument[]): HostDocument {
  return { name: 'client', address: '10.0.0.1', role: 'client', programs }
}

export function server(...programs: readonly ProgramDocument[]): HostDocument {
  return { name: 'server', address: '10.0.0.2', role: 'server', programs }
}

export function program(name: string, ...steps: readonly StepDocument[]): ProgramDocument {
  return { name, steps }
}

/** A listener on port 80 as `listener`. */
export function listenOn80(backlog = 5): StepDocument[] {
  return [
    { call: 'socket', as: 'listener' },
    { call: 'setsockopt', fd: 'listener', option: 'SO_REUSEADDR', value: 1 },
    { call: 'bind', fd: 'listener', port: 80 },
    { call: 'listen', fd: 'listener', backlog },
  ]
}

export const acceptOne: StepDocument = { call: 'accept', fd: 'listener', as: 'conn' }

/** A new socket `conn`, connected to the server's port 80. */
export const connectTo80: readonly StepDocument[] = [
  { call: 'socket', as: 'conn' },
  { call: 'connect', fd: 'conn', address: 'server', port: 80 },
]

export const closeConn: StepDocument = { call: 'close', fd: 'conn' }

/** Reads until the peer has sent its FIN, or the connection fails. */
export function readToEnd(bytes = 65_536): StepDocument {
  return { repeat: 'forever', untilClosed: true, steps: [{ call: 'recv', fd: 'conn', bytes }] }
}

/** A server that takes one connection, reads all that comes and closes when the peer has. */
export function sink(backlog = 5): ProgramDocument {
  return program('sink', ...listenOn80(backlog), acceptOne, readToEnd(), closeConn)
}
