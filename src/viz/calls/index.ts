export { advanceCalls, createCallFold, latestCalls } from './calls'
export type { CallFold, LatestCall } from './calls'
