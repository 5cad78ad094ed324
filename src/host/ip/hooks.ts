/** The five places where a packet on its way through a host can be looked at, changed or dropped (netfilter; Linux nf_hook). Filters are not here yet. */
import type { AnyPacket } from '../../wire'
import type { HostIo } from '../io'
import type { Host } from '../records'
import type { Interface } from './records'

export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING'

/** Where a packet came in and where it will leave; undefined where it did or will not. */
export interface HookPlace {
  readonly in: Interface | undefined
  readonly out: Interface | undefined
}

/**
 * What becomes of a packet at a hook: the packet, possibly another record with the same number, or undefined where it was dropped. Who drops it
 * has said so by an event.
 */
export function runHook(
  _host: Host,
  _hook: Hook,
  packet: AnyPacket,
  _place: HookPlace,
  _io: HostIo,
): AnyPacket | undefined {
  return packet
}
