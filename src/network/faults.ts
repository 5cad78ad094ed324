/** The scenario's faults: packets chosen by what they are and by their place among their kind, not by chance. */
import type { Micros } from '../base'
import type { FaultSpec } from '../trace'
import { ACK, FIN, payloadLength, PSH, RST, SYN } from '../wire'
import type { AnyPacket } from '../wire'
import type { Fault } from './network'

/** What all matching faults together ask for. */
export interface FaultOrders {
  lose: boolean
  delayMicros: Micros
  duplicate: boolean
  corrupt: boolean
  hold: boolean
}

const NONE: Readonly<FaultOrders> = { lose: false, delayMicros: 0, duplicate: false, corrupt: false, hold: false }

const LETTERS: Readonly<Record<string, number>> = { S: SYN, A: ACK, '.': ACK, F: FIN, R: RST, P: PSH }

/** Counts the packet in every fault that it matches and collects the orders of those whose turn it is. */
export function matchFaults(faults: readonly Fault[], from: number, packet: AnyPacket): Readonly<FaultOrders> {
  let orders: FaultOrders | undefined
  for (const fault of faults) {
    if (!matches(fault.spec, from, packet)) continue
    fault.seen++
    const { nth, order, delayMicros } = fault.spec
    if (nth.length > 0 && !nth.includes(fault.seen)) continue
    orders ??= { ...NONE }
    if (order === 'delay') orders.delayMicros += delayMicros ?? 0
    else orders[order] = true
  }
  return orders ?? NONE
}

function matches(spec: FaultSpec, from: number, packet: AnyPacket): boolean {
  if (spec.from !== from) return false
  if (spec.data !== undefined && spec.data !== payloadLength(packet) > 0) return false
  for (const letter of spec.flags ?? '') {
    if (((packet.segment?.flags ?? 0) & (LETTERS[letter] ?? 0)) === 0) return false
  }
  return true
}
