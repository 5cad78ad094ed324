/**
 * Packets that the script expects. The next packet that the connection under test sends must be the line's: neither earlier, nor later, nor different in
 * anything that the line says. Several segments are joined until they are as long as the line, as a kernel's segmentation offload
 * would have sent them, unless --strict_segments.
 */
import { seq32, seqAdd } from '../../base'
import type { Micros } from '../../base'
import { ACK, encodeHeaders, RST, SYN, URG } from '../../wire'
import type { Packet } from '../../wire'
import type { OptionItem, PacketLine, ScriptEvent } from '../syntax'
import { failAt } from './failure'
import { ECN_BITS } from './inbound'
import { seconds, tell } from './run'
import type { Run, TestSocket } from './run'
import { showFlags, showPacket } from './show'
import type { ShownPacket } from './show'
import { dueTime, verifyTimely } from './timing'
import type { DueTime } from './timing'
import { awaitPacket } from './under-test'
import type { SentPacket } from './under-test'
import { readOptionItems, showOptions } from './wire-options'

/** How long after its time a packet is still awaited, to say that it came late instead of never. */
const LATE_MICROS = 3_000_000
/** How long a packet is awaited that may come at any time. */
const EVER_MICROS = 3_600_000_000

export function expectOutbound(run: Run, event: ScriptEvent, line: PacketLine): void {
  const due = dueTime(run, event.time)
  const wanted = event.text.replace(/^[^>]*> /, '')
  const limit = Number.isFinite(due.to) ? due.to + due.toleranceMicros + LATE_MICROS : run.machine.now + EVER_MICROS
  const first = nextPacket(run, limit)
  if (first === undefined) {
    return failAt(event.line, `${wanted}${showDue(due)}`, `nothing by ${seconds(run.machine.now)}`)
  }
  const socket = ownerOf(run, first.packet, line)
  const shown = inScriptNumbers(socket, first)
  const whole = run.script.options.strictSegments
    ? shown
    : joined(run, socket, shown, line, first.at + due.toleranceMicros + run.machine.slackMicros)
  verifyTime(run, event, wanted, first, due, whole)
  const difference = differenceOf(run, socket, whole, line, first.at)
  if (difference !== undefined)
    failAt(event.line, wanted, `${showPacket(whole)} at ${seconds(first.at)} (${difference})`)
  if (line.options !== 'any') rememberTimestamp(socket, whole.options, line.options, first.at)
  return undefined
}

/** The next packet of the connection under test; others are passed over. */
export function nextPacket(run: Run, limit: Micros): SentPacket | undefined {
  const { machine } = run
  while (awaitPacket(machine, limit)) {
    const sent = machine.sent.shift()
    if (sent === undefined) return undefined
    const socket = socketOf(run, sent.packet)
    tell(run, sent.at, `> ${showPacket(inScriptNumbers(socket, sent))}`)
    if (socket === run.underTest) return sent
  }
  return undefined
}

function socketOf(run: Run, { segment }: Packet): TestSocket | undefined {
  const { underTest } = run
  // The kernel chose the port of an active open; its SYN tells.
  if (underTest !== undefined && underTest.kind === 'connecting' && underTest.localPort === 0) {
    if ((segment.flags & (SYN | ACK)) === SYN && segment.dstPort === underTest.remotePort) {
      underTest.localPort = segment.srcPort
      underTest.synArrived = true
    }
  }
  return run.sockets.findLast(
    ({ kind, localPort, remotePort }) =>
      kind !== 'listening' && localPort === segment.srcPort && remotePort === segment.dstPort,
  )
}

/**
 * A packet in a script's numbers, where no line says what they should be: our bytes begin at 0, timestamps count from 100 ms as the clock does. Undefined
 * for one that is not of the connection under test.
 */
export function observe(run: Run, sent: SentPacket): ShownPacket | undefined {
  const socket = socketOf(run, sent.packet)
  if (socket !== run.underTest) return undefined
  startBytes(socket, sent.packet, 0)
  const shown = inScriptNumbers(socket, sent)
  const options = shown.options.map((item) =>
    item.kind === 'TS' ? { ...item, value: 100 + Math.floor(sent.at / 1_000) } : item,
  )
  rememberTimestamp(socket, shown.options, options, sent.at)
  return { ...shown, options }
}

/** The connection of a packet. A SYN of ours tells where our bytes begin. */
function ownerOf(run: Run, packet: Packet, line: PacketLine): TestSocket | undefined {
  startBytes(run.underTest, packet, line.seq)
  return run.underTest
}

function startBytes(socket: TestSocket | undefined, { segment }: Packet, seq: number): void {
  if (socket === undefined || !(segment.flags & SYN)) return
  if (socket.localShift !== undefined && !socket.synArrived) return
  socket.localShift = (segment.seq - seq) | 0
  socket.synArrived = false
}

function inScriptNumbers(socket: TestSocket | undefined, { packet, header }: SentPacket): ShownPacket {
  const { ip, segment } = packet
  // An RST for a segment without ACK has sequence number 0, whatever our ISN (RFC 9293 3.10.7.1).
  const stray = segment.flags & RST && segment.seq === 0
  const shift = stray ? 0 : (socket?.localShift ?? (segment.flags & SYN ? segment.seq | 0 : 0))
  return {
    flags: segment.flags,
    seq: seqAdd(segment.seq, -shift),
    length: segment.payload.length,
    ack: segment.ack,
    window: segment.window,
    urgent: segment.urgentPointer,
    tos: ip.tos,
    options: readOptionItems(header ?? encodeHeaders(ip, segment)),
  }
}

/** Takes further segments as long as they continue the first, are as long as it, and the line is longer. */
function joined(
  run: Run,
  socket: TestSocket | undefined,
  first: ShownPacket,
  line: PacketLine,
  limit: Micros,
): ShownPacket {
  let whole = first
  while (first.length > 0 && first.seq === line.seq && whole.length < line.length) {
    if (!awaitPacket(run.machine, limit)) break
    const next = run.machine.sent[0]
    const shown = inScriptNumbers(socket, next)
    const fits = socketOf(run, next.packet) === socket && shown.seq === (whole.seq + whole.length) >>> 0
    if (!fits || shown.length === 0 || shown.length > first.length) break
    run.machine.sent.shift()
    tell(run, next.at, `> ${showPacket(shown)}`)
    whole = { ...shown, seq: whole.seq, length: whole.length + shown.length }
    if (shown.length < first.length) break
  }
  return whole
}

function verifyTime(
  run: Run,
  event: ScriptEvent,
  wanted: string,
  { at }: SentPacket,
  due: DueTime,
  whole: ShownPacket,
): void {
  const off = Math.max(due.from - at, at - due.to)
  verifyTimely(run, event.line, off - due.toleranceMicros, () => [
    `${wanted}${showDue(due)}`,
    `${showPacket(whole)} at ${seconds(at)}`,
  ])
}

function showDue({ from, to, toleranceMicros }: DueTime): string {
  if (!Number.isFinite(to)) return ''
  const range = from === to ? seconds(from) : `${seconds(from)} .. ${seconds(to)}`
  return ` at ${range} (within ${toleranceMicros / 1_000} ms)`
}

/** What is different from the line; undefined when all that it says is so. */
function differenceOf(
  run: Run,
  socket: TestSocket | undefined,
  got: ShownPacket,
  line: PacketLine,
  at: Micros,
): string | undefined {
  if (got.flags !== line.flags) return `flags ${showFlags(got.flags)}, not ${showFlags(line.flags)}`
  if (got.seq !== line.seq >>> 0) return `seq ${got.seq}, not ${line.seq}`
  if (got.length !== line.length) return `${got.length} bytes, not ${line.length}`
  if (line.ack !== undefined && got.flags & ACK && got.ack !== seq32(line.ack)) return `ack ${got.ack}, not ${line.ack}`
  if (line.window !== undefined && got.window !== line.window) return `win ${got.window}, not ${line.window}`
  if (got.flags & URG && line.urgent !== undefined && got.urgent !== line.urgent) {
    return `urg ${got.urgent}, not ${line.urgent}`
  }
  if (line.ecn !== undefined && (got.tos & 3) !== ECN_BITS[line.ecn]) return `the ECN bits are not ${line.ecn}`
  if (line.tos !== undefined && got.tos !== line.tos) return `TOS ${got.tos}, not ${line.tos}`
  return line.options === 'any' ? undefined : optionDifference(run, socket, got.options, line.options, at)
}

function optionDifference(
  run: Run,
  socket: TestSocket | undefined,
  got: readonly OptionItem[],
  wanted: readonly OptionItem[],
  at: Micros,
): string | undefined {
  // Timestamp values only matter where the script says how long a tick is.
  const tick = run.script.options.timestampTickMicros
  const seen = got.map((item, i) => {
    const other = wanted[i]
    return item.kind === 'TS' && other?.kind === 'TS' && (tick === undefined || item.echo === other.echo)
      ? { ...item, value: other.value, echo: other.echo }
      : item
  })
  const [a, b] = [showComparable(seen), showComparable(wanted)]
  if (a !== b) return `options <${showOptions(got)}>, not <${showOptions(wanted)}>`
  return tick === undefined || socket === undefined
    ? undefined
    : timestampDifference(run, socket, got, wanted, tick, at)
}

function showComparable(items: readonly OptionItem[]): string {
  return items
    .map((item) => (item.kind === 'other' ? `${item.number}:${item.bytes.join('.')}` : showOptions([item])))
    .join(',')
}

/** Between two segments the clock must have gone on as far as the script's values have, give or take the tolerance. */
function timestampDifference(
  run: Run,
  socket: TestSocket,
  got: readonly OptionItem[],
  wanted: readonly OptionItem[],
  tick: Micros,
  at: Micros,
): string | undefined {
  const { firstTimestamp: first } = socket
  const live = timestampOf(got)
  const script = timestampOf(wanted)
  if (first === undefined || live === undefined || script === undefined) return undefined
  const ahead = ((live - first.live) | 0) - ((script - first.script) | 0)
  const tolerance = Math.max(run.script.options.toleranceMicros, (at - first.at) / 8) + run.machine.slackMicros
  if (Math.abs(ahead) * tick <= tolerance + tick) return undefined
  return `TS val ${(first.script + ((live - first.live) | 0)) >>> 0} by the script's count, not ${script}`
}

function timestampOf(items: readonly OptionItem[]): number | undefined {
  return items.find((item) => item.kind === 'TS')?.value
}

function rememberTimestamp(
  socket: TestSocket | undefined,
  got: readonly OptionItem[],
  wanted: readonly OptionItem[],
  at: Micros,
): void {
  const live = timestampOf(got)
  const script = timestampOf(wanted)
  if (socket === undefined || live === undefined || script === undefined) return
  socket.timestamps.set(script, live)
  socket.firstTimestamp ??= { script, live, at }
}
