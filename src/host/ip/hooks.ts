/**
 * The five places where a packet on its way through a host can be looked at, changed or dropped (Linux nf_hook): what the host's firewall, connection
 * tracking and NAT (src/netfilter) make of it.
 */
import { filterPacket, isActive } from '../../netfilter'
import type { Hook } from '../../netfilter'
import type { AnyPacket } from '../../wire'
import type { HostIo } from '../io'
import type { Host } from '../records'
import type { Interface } from './records'

/** Where a packet came in and where it will leave; undefined where it did or will not. */
export interface HookPlace {
  readonly in: Interface | undefined
  readonly out: Interface | undefined
}

/**
 * What becomes of a packet at a hook: the packet, possibly another record with the same number, or undefined where it was dropped. Who drops it
 * has said so by an event, which is `recorder.cause` then; for a packet of the host's own the cause stays as it was.
 */
export function runHook(
  host: Host,
  hook: Hook,
  packet: AnyPacket,
  place: HookPlace,
  io: HostIo,
): AnyPacket | undefined {
  const { netfilter, sysctl } = host
  if (!isActive(netfilter)) return packet
  const { recorder } = io
  const { cause, socket } = recorder
  const leaves = hook === 'OUTPUT' || hook === 'POSTROUTING'
  if (leaves) recorder.cause = packet.sentEvent
  recorder.socket = -1
  const through = place.out ?? place.in
  const verdict = filterPacket(
    netfilter,
    hook,
    packet,
    {
      in: place.in?.name ?? '',
      out: place.out?.name ?? '',
      address: through?.address ?? host.address,
      mtu: mtuOf(host, place, packet, io),
    },
    { now: io.now, recorder, sysctl },
  )
  recorder.socket = socket
  if (leaves || verdict.kind === 'accept') recorder.cause = cause
  return verdict.kind === 'accept' ? verdict.packet : undefined
}

/** Bytes that the way out carries, and the way back, as far as the host knows (tcpmss_reverse_mtu). */
function mtuOf(host: Host, { in: from, out }: HookPlace, packet: AnyPacket, io: HostIo): number {
  const { mtu } = host.sysctl
  const link = linkMtu(out, io)
  const back = linkMtu(from, io)
  const learned = host.routes.get(packet.ip.dst)
  const path = learned === undefined || learned.expiresAt <= io.now ? mtu : learned.mtu
  return Math.min(mtu, path, link, back)
}

/** Bytes of the longest packet on the link of an interface; Infinity where it has no limit of its own, or the link stands for a whole way. */
function linkMtu(it: Interface | undefined, io: HostIo): number {
  const bytes = it?.arp === true ? io.link(it.way).mtuBytes : 0
  return bytes === 0 ? Infinity : bytes
}
