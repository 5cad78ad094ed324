/**
 * The bytes of packets. The trace keeps every header but no payload; a payload is had back by running the session again from the
 * checkpoint before it, beside the world that is shown, and listening.
 */
import type { Micros } from '../base'
import { createRecorder } from './recorder'
import type { Branch, Session } from './session'
import { followBranch, nearestCheckpoint } from './session'
import { restoreWorld } from './world'

export interface CapturedPacket {
  readonly packet: number
  /** When it left its host. */
  readonly at: Micros
  readonly host: number
  readonly header: Uint8Array
  readonly payload: Uint8Array
}

/**
 * Every packet numbered from `first` up to but not including `end` of the current branch, in order of number, as it left its host:
 * what the wire did to it afterwards is in the events.
 */
export function capturePackets(session: Session, first: number, end: number): CapturedPacket[] {
  const { branch, spec } = session
  const from = nearestCheckpoint(branch, stepBeforePacket(branch, first))
  const state = branch.checkpoints.get(from)
  if (state === undefined || first >= end) return []
  const captured: CapturedPacket[] = []
  const recorder = createRecorder(branch.trace)
  recorder.tap = (packet, at, header, payload) => {
    if (packet >= first && packet < end)
      captured.push({ packet, at, host: branch.trace.packets.host[packet], header, payload })
  }
  const world = restoreWorld(spec, recorder, state)
  followBranch(branch, world, () => world.state.recorder.packets >= end)
  return captured
}

/** The last step after which the packet had not been sent. */
function stepBeforePacket({ timeline }: Branch, packet: number): number {
  let low = 0
  let high = timeline.steps
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (timeline.packets[middle] <= packet) low = middle
    else high = middle - 1
  }
  return low
}
