export { capturePackets } from './capture'
export type { CapturedPacket } from './capture'
export { nextHosts } from './next-host'
export { createRecorder } from './recorder'
export type { TraceRecorder } from './recorder'
export {
  act,
  branchViews,
  createSession,
  deleteBranch,
  endPosition,
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
export { stepThread } from './step-thread'
export { takeReport, takeSnapshot, takeTcpInfo } from './snapshot'
export { createWorld, dispatchNext } from './world'
export type { World, WorldState } from './world'
