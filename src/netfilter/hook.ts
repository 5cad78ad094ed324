/**
 * A packet at one of the five hooks: the tables that hook in there, in the order of their priorities, with conntrack between raw and mangle and
 * its confirmation at the very end. Linux nf_hook_slow, enum nf_ip_hook_priorities.
 */
import { DROP_REASONS, LOSS_REASONS, NO_LINK } from '../trace'
import type { RuleName } from '../trace'
import type { AnyPacket } from '../wire'
import { formatRule } from './command/format'
import { natPacket } from './nat/nat'
import { BUILT_IN } from './records'
import type { Chain, Hook, InHand, Netfilter, RejectKind, Rule, TableName } from './records'
import { clampMss } from './rules/clamp-mss'
import { logLine } from './rules/log-line'
import type { Place } from './rules/match'
import { traverse } from './rules/traverse'
import type { Decision } from './rules/traverse'
import { confirmPacket, recallPacket, trackPacket } from './track/track'
import type { TrackIo } from './track/track'

/** LOG lines that are kept. */
const MOST_LOG = 200

/** The packet goes on, perhaps changed; or it does not, and `reject` is what its sender shall be told, '' nothing. */
export type Verdict = { readonly kind: 'accept'; readonly packet: AnyPacket } | Dropped

interface Dropped {
  readonly kind: 'drop'
  readonly reject: RejectKind | ''
  readonly packet: AnyPacket
}

type Step = TableName | 'track' | 'confirm'

const STEPS: Readonly<Record<Hook, readonly Step[]>> = {
  PREROUTING: ['raw', 'track', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'nat', 'confirm'],
  FORWARD: ['mangle', 'filter'],
  OUTPUT: ['raw', 'track', 'mangle', 'nat', 'filter'],
  POSTROUTING: ['mangle', 'nat', 'confirm'],
}

/** Whether any rule or flow is there at all: without one a packet passes untouched. */
export function isActive({ tables, flows }: Netfilter): boolean {
  return tables.size > 0 || flows.size > 0
}

/** Lets the packet through the hook. Whatever stops it has its event, which `recorder.cause` then is. */
export function filterPacket(netfilter: Netfilter, hook: Hook, packet: AnyPacket, place: Place, io: TrackIo): Verdict {
  if (hook === 'PREROUTING' || hook === 'OUTPUT') netfilter.inHand = undefined
  if (hook === 'OUTPUT') {
    netfilter.inHand = netfilter.attached
    netfilter.attached = undefined
  }
  let carried = packet
  for (const step of STEPS[hook]) {
    const verdict = takeStep(netfilter, step, hook, carried, place, io)
    if (verdict.kind === 'drop') {
      noteRejection(netfilter, verdict, io)
      netfilter.inHand = undefined
      return verdict
    }
    carried = verdict.packet
  }
  return { kind: 'accept', packet: carried }
}

/** Its sender is told once the packet's way is over: the answer goes through hooks of its own. */
function noteRejection({ inHand, rejections }: Netfilter, { reject, packet }: Dropped, { recorder }: TrackIo): void {
  if (reject === '') return
  const belongs: InHand | undefined =
    inHand === undefined ? undefined : { ...inHand, direction: inHand.direction === 0 ? 1 : 0, state: 'RELATED' }
  rejections.push({ packet, kind: reject, cause: recorder.cause, belongs })
}

function takeStep(netfilter: Netfilter, step: Step, hook: Hook, packet: AnyPacket, place: Place, io: TrackIo): Verdict {
  switch (step) {
    case 'track':
      return track(netfilter, hook, packet, place, io)
    case 'confirm':
      return confirmPacket(netfilter, packet, io)
        ? { kind: 'accept', packet }
        : stopped(hook, packet, 'conntrackClash', io)
    case 'nat': {
      const changed = natPacket(netfilter, hook, packet, place, io)
      return changed === undefined ? stopped(hook, packet, 'natExhausted', io) : { kind: 'accept', packet: changed }
    }
    default:
      return consult(netfilter, step, hook, packet, place, io)
  }
}

function track(netfilter: Netfilter, hook: Hook, packet: AnyPacket, place: Place, io: TrackIo): Verdict {
  // Untracked by a rule, or an answer that belongs somewhere already.
  if (!netfilter.tracking || netfilter.inHand !== undefined) return { kind: 'accept', packet }
  // What comes in by loopback was seen when it went out.
  const seen = hook === 'PREROUTING' && place.in === 'lo' ? recallPacket(netfilter, packet) : undefined
  const inHand = seen ?? trackPacket(netfilter, packet, io)
  if (inHand === 'full') return stopped(hook, packet, 'conntrackFull', io)
  netfilter.inHand = inHand
  return { kind: 'accept', packet }
}

/** Asks one table's chain of the hook. */
function consult(
  netfilter: Netfilter,
  table: TableName,
  hook: Hook,
  packet: AnyPacket,
  place: Place,
  io: TrackIo,
): Verdict {
  if (!BUILT_IN[table].includes(hook)) return { kind: 'accept', packet }
  const decision = traverse(netfilter, table, hook, packet, place, io.now, (rule, chain, number, current) =>
    aside(netfilter, rule, `${table} ${chain.name} ${number}`, current, place, io),
  )
  if (decision === undefined) return { kind: 'accept', packet }
  const kind = decision.rule?.target.kind ?? decision.chain.policy
  if (kind !== 'DROP' && kind !== 'REJECT') return { kind: 'accept', packet: decision.packet }
  return refused(decision, hook, io)
}

/** LOG, TCPMSS, NOTRACK: the packet goes on. */
function aside(
  netfilter: Netfilter,
  rule: Rule,
  where: string,
  packet: AnyPacket,
  place: Place,
  { recorder, now }: TrackIo,
): AnyPacket {
  const { target } = rule
  if (target.kind === 'LOG') {
    const text = logLine(target, packet, place)
    netfilter.log = [...netfilter.log, { at: now, text }].slice(-MOST_LOG)
    recorder.emit('netfilter/logged', 'targetLog', packet.id, recorder.text(where), recorder.text(text))
    return packet
  }
  if (target.kind === 'NOTRACK') {
    netfilter.inHand = { flow: undefined, direction: 0, state: 'UNTRACKED' }
    return packet
  }
  if (target.kind !== 'TCPMSS') return packet
  const clamped = clampMss(packet, target.mss, place.mtu)
  if (clamped === packet) return packet
  const before = packet.segment?.options.mss ?? 0
  const after = clamped.segment?.options.mss ?? 0
  recorder.emit('netfilter/mssClamped', 'targetTcpmss', packet.id, recorder.text(where), before, after)
  return clamped
}

/** A rule or a policy stops the packet: which one, and what its sender is told. */
function refused({ table, chain, number, rule, packet }: Decision, hook: Hook, io: TrackIo): Verdict {
  const { recorder } = io
  const target = rule?.target
  const reject = target?.kind === 'REJECT' ? target.with : ''
  recorder.cause = recorder.emit(
    'netfilter/ruleStopped',
    reject === '' ? 'targetDrop' : 'targetReject',
    packet.id,
    recorder.text(hook),
    recorder.text(placeName(table, chain, number)),
    recorder.text(rule === undefined ? `policy ${chain.policy}` : formatRule(rule)),
  )
  const name: RuleName = reject === '' ? 'targetDrop' : 'targetReject'
  return { ...stopped(hook, packet, name, io), reject }
}

/** `filter INPUT 2`; without a number for the policy. */
export function placeName(table: TableName, chain: Pick<Chain, 'name'>, number: number): string {
  return number === 0 ? `${table} ${chain.name}` : `${table} ${chain.name} ${number}`
}

/** The packet goes no further: dropped where it had come in, lost where it had not left yet. */
function stopped(hook: Hook, packet: AnyPacket, rule: RuleName, { recorder }: TrackIo): Dropped {
  const own = hook === 'OUTPUT' || hook === 'POSTROUTING'
  recorder.cause = own
    ? recorder.emit('link/packetLost', rule, packet.id, NO_LINK, LOSS_REASONS.indexOf('filtered'))
    : recorder.emit('host/packetDropped', rule, packet.id, DROP_REASONS.indexOf('filtered'))
  return { kind: 'drop', reject: '', packet }
}
