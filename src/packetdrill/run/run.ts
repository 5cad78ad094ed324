/** What a script's run remembers: the machine, the sockets that the script made, and what happened so far as lines for people. */
import type { Micros } from '../../base'
import type { CodeValue } from '../code'
import type { CallLine, Script } from '../syntax'
import type { Machine } from './machine'
import type { UnderTest } from './under-test'

/** A connection as the script numbers it, and as it is. */
export interface TestSocket {
  kind: 'fresh' | 'connecting' | 'listening' | 'child'
  /** The host's descriptor; -1 while nobody has one. */
  fd: number
  localPort: number
  remotePort: number
  /** Our ISN less the script's number for it; undefined before a SYN of ours was seen. */
  localShift: number | undefined
  /** A SYN came in since: the next SYN of ours may have another ISN. */
  synArrived: boolean
  /** Timestamps that we sent, by the script's numbers for them. */
  timestamps: Map<number, number>
  /** The first of them. */
  firstTimestamp: { readonly script: number; readonly live: number; readonly at: Micros } | undefined
}

/** A call that has not returned. The script goes on beside it. */
export interface PendingCall {
  readonly line: number
  readonly call: CallLine
  readonly text: string
  /** When it should return. */
  readonly until: Micros
  readonly toleranceMicros: Micros
  /** Looks whether it has: the moment at which it did. */
  readonly returned: () => Micros | undefined
  /** Compares its result; throws a Failure. */
  readonly verify: () => void
  returnedAt: Micros | undefined
}

export interface Run {
  readonly script: Script
  readonly machine: UnderTest
  readonly localAddress: number
  readonly remoteAddress: number
  /** Script's descriptor to the host's. */
  readonly descriptors: Map<number, number>
  readonly sockets: TestSocket[]
  /** The one that packets belong to. */
  underTest: TestSocket | undefined
  nextRemotePort: number
  pending: PendingCall | undefined
  /** When the event before this one was done. */
  finishedAt: Micros
  readonly variables: Map<string, CodeValue>
  readonly ladder: string[]
  readonly notes: string[]
  /** What came at another time than the script says, where the machine may be late: never anything on ours. */
  readonly untimely: string[]
}

/** A run on a host of ours. */
export interface HostRun extends Run {
  readonly machine: UnderTest & Machine
  /** Options that have no effect here, by the host's descriptor and their name. */
  readonly kept: Map<string, number>
  /** Descriptors of the script's files, by its numbers: endless, and full of zeros. */
  readonly files: Set<number>
  /** Counters at the last nstat. */
  countersThen: ReadonlyMap<string, number>
}

/** The port that scripts listen on and connect to. */
export const SCRIPT_PORT = 8_080

export function addSocket(run: Run, socket: Pick<TestSocket, 'kind' | 'fd' | 'localPort' | 'remotePort'>): TestSocket {
  const made: TestSocket = {
    ...socket,
    localShift: undefined,
    synArrived: false,
    timestamps: new Map(),
    firstTimestamp: undefined,
  }
  run.sockets.push(made)
  run.underTest = made
  return made
}

/** Adds a line to what is shown of a run. */
export function tell(run: Run, at: Micros, text: string): void {
  run.ladder.push(`${(at / 1_000_000).toFixed(6).padStart(12)}  ${text}`)
}

export function note(run: Run, text: string): void {
  if (!run.notes.includes(text)) run.notes.push(text)
}

export function seconds(micros: Micros): string {
  return `${(micros / 1_000_000).toFixed(6)} s`
}
