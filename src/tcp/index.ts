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
export { CONGESTION_ALGORITHMS } from './congestion'
export { createTcb, defaultConfig } from './create'
export { timersExpire } from './expire'
export { segmentArrives } from './input'
export { answerInTimeWait, leaveTimeWait } from './input/time-wait'
export type { TcpIo, WakeUp } from './io'
export { isReadable, isWritable, poll } from './poll'
export { readableBytes } from './receiver/read'
export { resetFor } from './reset'
export { chronoTotals } from './sender/chrono'
export { deliveryRate } from './sender/rate'
export { setState } from './state'
export type { Endpoint, Tcb, TcpConfig } from './tcb'
export { nextDeadline } from './timers'
export { viewTcb } from './view'
