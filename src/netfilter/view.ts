/** The firewall as the page sees it: a copy that shares nothing with the records. */
import type { Micros } from '../base'
import type { ChainView, FirewallView, FlowView, TupleView } from '../trace'
import { formatIpv4 } from '../wire'
import { formatRule, protocolName } from './command/format'
import { listColumns } from './list-columns'
import { TABLES } from './records'
import type { Chain, Flow, Netfilter, Tuple } from './records'

/** Flows in a view; `flowCount` has the number of all. */
const MOST_FLOWS = 200
const MOST_LOG = 50

/** Null where nobody has ever touched it. `mostFlows`: so many connections of the table, the oldest, are in it. */
export function viewFirewall(netfilter: Netfilter, now: Micros, mostFlows = MOST_FLOWS): FirewallView | null {
  const { tables, flows, log, counters } = netfilter
  if (tables.size === 0 && flows.size === 0) return null
  const alive = [...flows.values()].filter(({ expiresAt }) => expiresAt > now)
  return {
    tables: TABLES.flatMap((name) => {
      const chains = tables.get(name)
      return chains === undefined
        ? []
        : [{ name, chains: [...chains.values()].map((chain) => viewChain(chain, chains)) }]
    }),
    tracking: netfilter.tracking,
    flows: alive.slice(0, mostFlows).map(viewFlow),
    flowCount: alive.length,
    log: log.slice(-MOST_LOG).map((line) => ({ ...line })),
    counters: Object.fromEntries([...counters].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function viewChain(chain: Chain, chains: ReadonlyMap<string, Chain>): ChainView {
  const { name, policy, packets, bytes, rules } = chain
  let references = 0
  for (const other of chains.values()) {
    for (const { target } of other.rules) if (target.kind === 'chain' && target.name === name) references++
  }
  return {
    name,
    policy,
    packets,
    bytes,
    references,
    rules: rules.map((rule) => ({
      text: formatRule(rule),
      packets: rule.packets,
      bytes: rule.bytes,
      columns: listColumns(rule),
    })),
  }
}

function viewFlow(flow: Flow): FlowView {
  return {
    id: flow.id,
    protocol: protocolName(flow.original.protocol),
    protocolNumber: flow.original.protocol,
    state: flow.tcp?.state ?? '',
    original: viewTuple(flow.original),
    reply: viewTuple(flow.reply),
    icmpType: flow.icmpType,
    unreplied: !flow.seenReply,
    assured: flow.assured,
    sourceNat: flow.sourceNat,
    destinationNat: flow.destinationNat,
    expiresAt: flow.expiresAt,
    packets: [...flow.packets],
    bytes: [...flow.bytes],
  }
}

function viewTuple({ src, dst, srcPort, dstPort }: Tuple): TupleView {
  return { src: formatIpv4(src), dst: formatIpv4(dst), srcPort, dstPort }
}
