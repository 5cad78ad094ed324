/**
 * What the stack sees of the recorder: a place to say what happened. The engine sets `host`, `socket` and `cause`
 * before it hands control to a room; whoever learns a nearer cause may narrow `cause` for what follows, and puts it back.
 */
import type { EventType } from './events'
import type { RuleName } from './rules'

export interface Recorder {
  host: number
  socket: number
  /** Index of the event that what follows comes from; -1 for none. */
  cause: number
  /** Off in benchmarks that measure the engine alone: emit then only counts. */
  readonly enabled: boolean
  /**
   * Records one event; a..e are the fields in the catalogue's order, numbers already (lists by index, texts by
   * `text`). Returns the event's index.
   */
  emit(type: EventType, rule: RuleName, a?: number, b?: number, c?: number, d?: number, e?: number): number
  /** The number of an interned text. */
  text(value: string): number
  /**
   * Registers a packet as it leaves a host: `header` is the encoded IPv4 and TCP header (checksums filled in), which the
   * trace keeps; `payload` is shared, never copied. Returns the packet's number, which is unique in the world.
   */
  packet(fromHost: number, header: Uint8Array, headerLength: number, payload: Uint8Array): number
}
