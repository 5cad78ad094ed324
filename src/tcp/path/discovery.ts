/**
 * IP_MTU_DISCOVER (ip(7)) by Linux's numbers: whether our packets forbid routers to cut them up, and whether what routers say of their MTU is
 * believed. RFC 1191 3; Linux ip_dont_fragment, ip_sk_accept_pmtu. Leaves out IP_PMTUDISC_PROBE's neglect of the interface's MTU.
 */
import type { Tcb } from '../tcb'

export const PMTUDISC_DONT = 0
export const PMTUDISC_WANT = 1
const PMTUDISC_DO = 2
const PMTUDISC_INTERFACE = 4
export const PMTUDISC_OMIT = 5

/** Whether the DF bit stands in what the connection sends. */
export function dontFragment(tcb: Tcb): boolean {
  const { pmtuDiscovery } = tcb.config
  return pmtuDiscovery === PMTUDISC_DO || (pmtuDiscovery === PMTUDISC_WANT && !tcb.path.locked)
}

/** Whether "fragmentation needed" makes segments shorter. */
export function heedsPathMtu(tcb: Tcb): boolean {
  const { pmtuDiscovery } = tcb.config
  return pmtuDiscovery !== PMTUDISC_DONT && pmtuDiscovery !== PMTUDISC_INTERFACE && pmtuDiscovery !== PMTUDISC_OMIT
}
