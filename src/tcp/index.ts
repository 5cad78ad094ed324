export {
  abort,
  acceptSyn,
  close,
  configChanged,
  connect,
  receive,
  send,
  setQuickAck,
  shutdownRead,
  shutdownWrite,
} from './calls'
export type { Push } from './calls'
export { CONGESTION_ALGORITHMS } from './congestion'
export { createTcb, defaultConfig } from './create'
export { timersExpire } from './expire'
export { tcpInfo } from './info'
export { segmentArrives } from './input'
export { answerInTimeWait, leaveTimeWait } from './input/time-wait'
export type { TcpIo, WakeUp } from './io'
export { dontFragment, icmpErrorArrives, isOnItsWay, UNREACHABLE_ERRNO } from './path'
export { isReadable, isWritable, poll, pollNumbers } from './poll'
export { isWaitingRecord } from './waiting-record'
export { markWritten, markZeroCopy, STAMPING, startStamping } from './reports'
export { clampWindow } from './receiver/window'
export { readableBeforeMark, readableBytes } from './receiver/read'
export { atMark, takeUrgent } from './receiver/urgent'
export { reportTcb } from './report'
export { resetFor } from './reset'
export { setState } from './state'
export type { Endpoint, Tcb, TcpConfig } from './tcb'
export { nextDeadline } from './timers'
export { viewTcb } from './view'
