/** How the network says what happened: link events belong to the host that sent the packet and to no socket. */
import type { EventType, RuleName } from '../trace'
import type { NetworkIo } from './network'

/** Emits a link event with this cause and leaves the recorder's host, socket and cause as they were. */
export function record(
  io: NetworkIo,
  from: number,
  cause: number,
  type: EventType,
  rule: RuleName,
  a: number,
  b = 0,
  c = 0,
): number {
  const { recorder } = io
  const { host, socket, cause: before } = recorder
  recorder.host = from
  recorder.socket = -1
  recorder.cause = cause
  const event = recorder.emit(type, rule, a, b, c)
  recorder.host = host
  recorder.socket = socket
  recorder.cause = before
  return event
}
