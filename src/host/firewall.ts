/** A host's firewall: made with the rules of its document, changed by a person's lines. What it does to packets is asked at the hooks of the IP layer. */
import { mix32 } from '../base'
import type { Result } from '../base'
import { changeFirewall, createNetfilter, loadRules } from '../netfilter'
import type { Netfilter } from '../netfilter'
import type { HostSpec } from '../trace'
import type { HostIo } from './io'
import type { Host } from './records'

/** Keeps the firewall's draws apart from the other uses of the host's secret. */
const FIREWALL = 0x6e66

/** The firewall of a host that comes up. A line that cannot be is left out with all after it: documents were checked before. */
export function freshFirewall({ firewall = [] }: HostSpec, secret: number): Netfilter {
  const netfilter = createNetfilter(mix32(secret, FIREWALL))
  loadRules(netfilter, firewall)
  return netfilter
}

/** One line of iptables or conntrack, by hand. The error is one sentence. */
export function hostFirewall(host: Host, line: string, { recorder }: HostIo): Result<void> {
  recorder.socket = -1
  return changeFirewall(host.netfilter, line, recorder)
}
