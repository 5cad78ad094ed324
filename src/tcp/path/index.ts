/** The path to the peer, as the rest of the connection sees it. */
export { icmpErrorArrives, isOnItsWay, UNREACHABLE_ERRNO } from './icmp'
export type { IcmpVerdict } from './icmp'
export { dontFragment } from './discovery'
