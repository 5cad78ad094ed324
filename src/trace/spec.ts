/** What a world is built from: the normalised form of a scenario document, all defaults filled in, all times in µs. */
import type { Micros } from '../base'
import type { Action } from './command'
import type { Step } from './calls'
import type { Sysctl } from './sysctl'

export interface ProgramSpec {
  readonly name: string
  readonly startMicros: Micros
  readonly steps: readonly Step[]
}

export interface HostSpec {
  readonly name: string
  /** Dotted IPv4. */
  readonly address: string
  readonly role: 'client' | 'server' | 'other'
  readonly sysctl: Partial<Sysctl>
  readonly programs: readonly ProgramSpec[]
}

/** One direction of a link. Probabilities are 0..1 and drawn for each packet from the link's own stream. */
export interface LinkSettings {
  /** Bits a second; 0 means no serialisation time. */
  rateBitsPerSecond: number
  delayMicros: Micros
  /** Each packet's delay gets a uniform draw from 0..jitterMicros on top; order is kept unless reordered. */
  jitterMicros: Micros
  /** Packets that may wait while one is in service; the next is lost (drop-tail). */
  queuePackets: number
  loss: number
  /** Chance that a packet is held back by reorderMicros so that later ones pass it. */
  reorder: number
  reorderMicros: Micros
  duplicate: number
  corrupt: number
}

/**
 * A fault on chosen packets, counted from 1 among those that match, so that a scenario can lose just the third data
 * segment. `flags` are letters that must all be set (S, A, F, R, P); `data` asks for payload.
 */
export interface FaultSpec {
  /** Host index that the packet comes from. */
  readonly from: number
  readonly flags?: string
  readonly data?: boolean
  readonly nth: readonly number[]
  readonly order: 'lose' | 'delay' | 'duplicate' | 'corrupt' | 'hold'
  readonly delayMicros?: Micros
}

export interface LinkSpec {
  /** Host indices of the two ends. */
  readonly a: number
  readonly b: number
  readonly aToB: LinkSettings
  readonly bToA: LinkSettings
}

/** Something done to the world at a time, by the scenario: a cable unplugged, a host crashed. */
export interface TimedAction {
  readonly at: Micros
  readonly action: Action
}

export interface WorldSpec {
  readonly scenario: string
  /** Integer, 0 .. 2^53 - 1. */
  readonly seed: number
  readonly hosts: readonly HostSpec[]
  readonly links: readonly LinkSpec[]
  readonly faults: readonly FaultSpec[]
  readonly actions: readonly TimedAction[]
}
