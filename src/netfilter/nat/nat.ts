/**
 * NAT: the first packet of a connection asks the table nat what to put in place of its addresses; all others, in both directions, follow what was
 * settled then, whatever the rules say by now. Destinations change where a packet enters, sources where it leaves. Linux nf_nat_inet_fn,
 * nf_nat_setup_info, nf_nat_packet.
 */
import type { AnyPacket } from '../../wire'
import { count } from '../counters'
import type { Flow, Hook, InHand, NatRange, Netfilter, Tuple } from '../records'
import type { Place } from '../rules/match'
import type { Aside, Decision } from '../rules/traverse'
import { traverse } from '../rules/traverse'
import type { TrackIo } from '../track/track'
import { formatTuple, inverted } from '../track/tuple'
import { chooseDestination, chooseSource } from './choose'
import { withDestination, withQuoted, withSource } from './rewrite'
import type { End } from './rewrite'

const UNCHANGED: NatRange = { low: 0, high: 0, ports: undefined }
const LOOPBACK = 0x7f00_0001

/** Which end a hook may change. */
export function endOfHook(hook: Hook): 'source' | 'destination' {
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'destination' : 'source'
}

/** The packet as it goes on from a hook of the table nat; undefined where no port was free, and it is dropped. */
export function natPacket(
  netfilter: Netfilter,
  hook: Hook,
  packet: AnyPacket,
  place: Place,
  io: TrackIo,
): AnyPacket | undefined {
  const { inHand } = netfilter
  if (inHand?.flow === undefined || !netfilter.tables.has('nat')) return packet
  const { flow } = inHand
  const which = endOfHook(hook)
  if (inHand.state === 'NEW' && !isSettled(flow, which)) {
    if (!settle(netfilter, flow, hook, packet, place, io)) return undefined
  }
  return follow(inHand, flow, which, packet)
}

function isSettled(flow: Flow, which: 'source' | 'destination'): boolean {
  return which === 'source' ? flow.sourceSettled : flow.destinationSettled
}

/** Asks the rules, and notes what answers will look like. */
function settle(netfilter: Netfilter, flow: Flow, hook: Hook, packet: AnyPacket, place: Place, io: TrackIo): boolean {
  const decision = traverse(netfilter, 'nat', hook, packet, place, io.now, KEEP)
  const which = endOfHook(hook)
  // As it is by now: a destination may be settled already.
  const tuple = inverted(flow.reply)
  const range = rangeOf(decision, hook, place)
  const choose = which === 'source' ? chooseSource : chooseDestination
  // Without a rule the ports stay as they are, unless two connections would become one.
  const chosen = choose(netfilter, flow, tuple, range)
  if (chosen === undefined) {
    count(netfilter, 'insert_failed')
    return false
  }
  flow.reply = inverted(chosen)
  const changed = differ(tuple, chosen, which)
  if (which === 'source') {
    flow.sourceSettled = true
    flow.sourceNat = changed
  } else {
    flow.destinationSettled = true
    flow.destinationNat = changed
  }
  if (changed) tell(decision, packet, tuple, chosen, io)
  return true
}

const KEEP: Aside = (_rule, _chain, _number, packet) => packet

function rangeOf(decision: Decision | undefined, hook: Hook, place: Place): NatRange {
  const target = decision?.rule?.target
  switch (target?.kind) {
    case 'SNAT':
    case 'DNAT':
      return target.range
    case 'MASQUERADE':
      return { low: place.address, high: place.address, ports: target.range.ports }
    case 'REDIRECT': {
      const own = hook === 'OUTPUT' ? LOOPBACK : place.address
      return { low: own, high: own, ports: target.range.ports }
    }
    default:
      return UNCHANGED
  }
}

function differ(a: Tuple, b: Tuple, which: 'source' | 'destination'): boolean {
  return which === 'source' ? a.src !== b.src || a.srcPort !== b.srcPort : a.dst !== b.dst || a.dstPort !== b.dstPort
}

function tell(decision: Decision | undefined, packet: AnyPacket, from: Tuple, to: Tuple, { recorder }: TrackIo): void {
  const kind = decision?.rule?.target.kind ?? 'SNAT'
  recorder.emit(
    'netfilter/natSettled',
    'natSetup',
    packet.id,
    recorder.text(kind),
    recorder.text(formatTuple(from)),
    recorder.text(formatTuple(to)),
    decision?.number ?? 0,
  )
}

/** Puts in what was settled. In the reply's direction each change is undone at the opposite end. */
function follow(inHand: InHand, flow: Flow, which: 'source' | 'destination', packet: AnyPacket): AnyPacket {
  const { direction, state } = inHand
  const changed = (which === 'source') === (direction === 0) ? flow.sourceNat : flow.destinationNat
  if (!changed) return packet
  const target = direction === 0 ? inverted(flow.reply) : inverted(flow.original)
  const end: End =
    which === 'source' ? { address: target.src, port: target.srcPort } : { address: target.dst, port: target.dstPort }
  if (state === 'RELATED' && packet.icmp !== undefined) return withQuoted(packet, end, which)
  return which === 'source' ? withSource(packet, end) : withDestination(packet, end)
}
