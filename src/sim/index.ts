export { capturePackets } from './capture'
export type { CapturedPacket } from './capture'
export { describeAction } from './describe-action'
export { createRecorder, traceHash } from './recorder'
export type { TraceRecorder } from './recorder'
export {
  act,
  branchViews,
  createSession,
  deleteBranch,
  endPosition,
  goToStep,
  packetsMoving,
  position,
  runUntil,
  seek,
  sessionHash,
  stepBy,
  stepForward,
  switchBranch,
  upcomingTime,
} from './session'
export type { Branch, Session } from './session'
export { replaySession } from './replay'
export type { Replayed } from './replay'
export { takeSnapshot } from './snapshot'
export { advanceClock, applyAction, createWorld, dispatchNext, nextTime } from './world'
export type { World, WorldState } from './world'
