export {
  BENT,
  COPY,
  CORRUPTED,
  createRows,
  DELIVERED,
  DROPPED,
  FATES,
  IN_FLIGHT,
  LOST,
  reserveRows,
  RETRANSMITTED,
} from './columns'
export type { Fate, PacketRows } from './columns'
export { createPacketIndex, foldPackets } from './fold'
export type { Bend, Gaps, PacketIndex, SocketIsns } from './fold'
export { routeOf, wiringOf } from './link-model'
export type { Wiring } from './link-model'
export { packetsBetween, upperBound } from './search'
export { fateAt, hasLeft, wayOf } from './way'
export type { Moment, Way } from './way'
