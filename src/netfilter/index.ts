/** Firewall, connection tracking and NAT of one host: rules as data, functions over them. */
export { changeFirewall, lineError } from './change'
export { createNetfilter, loadRules, rulesError } from './create'
export { filterPacket, isActive } from './hook'
export type { Verdict } from './hook'
export type { Hook, Netfilter, RejectKind } from './records'
export type { Place } from './rules/match'
export { viewFirewall } from './view'
