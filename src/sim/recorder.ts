/**
 * The recorder: gives every fact its index, hashes it, and appends it to the trace's columns. The same object serves live
 * runs and replays: a replay walks through facts that the trace already holds, so it counts and hashes them again and
 * appends nothing. That makes the hash a test of determinism and not a memory of it.
 *
 * `RecorderState` is the part that belongs to the world and copies with it.
 */
import { hashText } from '../base'
import { ARGUMENTS, EVENT_CODE, reserveEvents, reservePackets, RULE_CODE } from '../trace'
import type { EventType, Recorder, RuleName, Trace } from '../trace'

export interface RecorderState {
  events: number
  packets: number
  /** Two 32-bit lanes of the running trace hash. */
  hashA: number
  hashB: number
}

export interface TraceRecorder extends Recorder {
  /** Replaced as a whole when the world is restored from a checkpoint. */
  state: RecorderState
  trace: Trace
  now: number
  /** Called with every packet that leaves a host, live or replayed; the trace keeps headers only. */
  tap: PacketTap | undefined
  /** Points the recorder at another branch's trace. */
  attach(trace: Trace): void
}

export type PacketTap = (packet: number, at: number, header: Uint8Array, payload: Uint8Array) => void

export function createRecorderState(): RecorderState {
  return { events: 0, packets: 0, hashA: 0x811c9dc5 | 0, hashB: 0x9747b28c | 0 }
}

/** A recorder that writes into `trace`; with `enabled` false it only counts events, for benchmarks of the bare engine. */
export function createRecorder(trace: Trace, enabled = true): TraceRecorder {
  return enabled ? new ColumnRecorder(trace) : new CountingRecorder(trace)
}

/** The trace hash as 16 hexadecimal digits. */
export function traceHash(state: RecorderState): string {
  return hex(state.hashA) + hex(state.hashB)
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}

function mix(lane: number, word: number, multiplier: number): number {
  const product = Math.imul(lane ^ word, multiplier)
  return product ^ (product >>> 15)
}

/** Not part of the world: it is rebuilt round the state after each restore, so it may be an object with methods. */
class ColumnRecorder implements TraceRecorder {
  host = -1
  socket = -1
  cause = -1
  now = 0
  readonly enabled = true
  state = createRecorderState()
  tap: PacketTap | undefined = undefined
  trace: Trace
  private numbers = new Map<string, number>()
  private hashes: number[] = []

  constructor(trace: Trace) {
    this.trace = trace
    this.attach(trace)
  }

  attach(trace: Trace): void {
    this.trace = trace
    this.numbers = new Map(trace.texts.map((text, number) => [text, number]))
    this.hashes = trace.texts.map(hashText)
  }

  emit(type: EventType, rule: RuleName, a = 0, b = 0, c = 0, d = 0, e = 0): number {
    const { state } = this
    const index = state.events++
    const code = EVENT_CODE[type]
    const ruleCode = RULE_CODE[rule]
    this.hash(this.now | 0, (this.now / 4_294_967_296) | 0)
    this.hash(code | (ruleCode << 8) | ((this.host & 0xff) << 24), this.socket)
    this.hash(this.cause, a)
    this.hash(b, c)
    this.hash(d, e)
    const columns = this.trace.events
    if (index < columns.count) return index
    reserveEvents(columns, 1)
    columns.at[index] = this.now
    columns.type[index] = code
    columns.host[index] = this.host
    columns.rule[index] = ruleCode
    columns.socket[index] = this.socket
    columns.cause[index] = this.cause
    const base = index * ARGUMENTS
    columns.args[base] = a
    columns.args[base + 1] = b
    columns.args[base + 2] = c
    columns.args[base + 3] = d
    columns.args[base + 4] = e
    columns.count = index + 1
    return index
  }

  text(value: string): number {
    const known = this.numbers.get(value)
    if (known !== undefined) return this.say(known)
    const number = this.trace.texts.length
    this.trace.texts.push(value)
    this.numbers.set(value, number)
    this.hashes.push(hashText(value))
    return this.say(number)
  }

  packet(fromHost: number, header: Uint8Array, headerLength: number, payload: Uint8Array): number {
    const { state } = this
    const index = state.packets++
    for (let i = 0; i + 3 < headerLength; i += 4) {
      this.hash((header[i] << 24) | (header[i + 1] << 16) | (header[i + 2] << 8) | header[i + 3], i)
    }
    this.tap?.(index, this.now, header, payload)
    const columns = this.trace.packets
    if (index < columns.count) return index
    reservePackets(columns, 1, headerLength)
    const start = columns.offset[index]
    columns.host[index] = fromHost
    columns.sentAt[index] = this.now
    columns.payloadLength[index] = payload.length
    columns.bytes.set(headerLength === header.length ? header : header.subarray(0, headerLength), start)
    columns.offset[index + 1] = start + headerLength
    columns.count = index + 1
    return index
  }

  /** A text's own hash goes in where it is used: its number alone would depend on what else was said before. */
  private say(number: number): number {
    this.hash(this.hashes[number], 0x54455854)
    return number
  }

  private hash(a: number, b: number): void {
    this.state.hashA = mix(this.state.hashA, a, 0x85ebca6b)
    this.state.hashB = mix(this.state.hashB + a, b, 0xc2b2ae35)
  }
}

class CountingRecorder implements TraceRecorder {
  host = -1
  socket = -1
  cause = -1
  now = 0
  readonly enabled = false
  state = createRecorderState()
  tap: PacketTap | undefined = undefined
  trace: Trace

  constructor(trace: Trace) {
    this.trace = trace
  }

  attach(trace: Trace): void {
    this.trace = trace
  }

  emit(): number {
    return this.state.events++
  }

  text(): number {
    return 0
  }

  packet(): number {
    return this.state.packets++
  }
}
