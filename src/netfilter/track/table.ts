/**
 * The table of tracked connections: found from either direction, put in once their first packet got through, and gone when their time is up. Nothing
 * runs for that: whoever looks first clears away what has expired (Linux nf_ct_gc_expired; its gc_worker does the rest).
 */
import { NEVER } from '../../base'
import type { Micros } from '../../base'
import type { Direction, Flow, Netfilter, TcpCtState, Tuple } from '../records'
import { inverted, tupleKey } from './tuple'

export interface Found {
  readonly flow: Flow
  readonly direction: Direction
}

/** The flow that a tuple belongs to, and in which direction it goes there. */
export function findFlow(netfilter: Netfilter, tuple: Tuple): Found | undefined {
  const key = tupleKey(tuple)
  const id = netfilter.byTuple.get(key)
  const flow = id === undefined ? undefined : netfilter.flows.get(id)
  if (flow === undefined) return undefined
  return { flow, direction: tupleKey(flow.original) === key ? 0 : 1 }
}

/** Whether an answer to `tuple` would be taken for another flow's (nf_nat_used_tuple). */
export function isTaken(netfilter: Netfilter, tuple: Tuple, except: Flow): boolean {
  const id = netfilter.byTuple.get(tupleKey(inverted(tuple)))
  return id !== undefined && id !== except.id
}

/** Puts a flow into the table; false where another one has got there first. */
export function confirmFlow(netfilter: Netfilter, flow: Flow): boolean {
  const keys = [tupleKey(flow.original), tupleKey(flow.reply)]
  if (keys.some((key) => netfilter.byTuple.has(key))) return false
  flow.confirmed = true
  netfilter.flows.set(flow.id, flow)
  for (const key of keys) netfilter.byTuple.set(key, flow.id)
  noteExpiry(netfilter, flow)
  return true
}

/** The sweep must come no later than this flow's end. */
export function noteExpiry(netfilter: Netfilter, { expiresAt }: Flow): void {
  netfilter.nextExpiry = Math.min(netfilter.nextExpiry, expiresAt)
}

export function forgetFlow(netfilter: Netfilter, flow: Flow): void {
  netfilter.flows.delete(flow.id)
  for (const tuple of [flow.original, flow.reply]) {
    const key = tupleKey(tuple)
    if (netfilter.byTuple.get(key) === flow.id) netfilter.byTuple.delete(key)
  }
}

/** Clears away what has expired by `now`, oldest first. */
export function sweep(netfilter: Netfilter, now: Micros): Flow[] {
  if (netfilter.nextExpiry > now) return []
  const gone: Flow[] = []
  let next = NEVER
  for (const flow of netfilter.flows.values()) {
    if (flow.expiresAt <= now) gone.push(flow)
    else next = Math.min(next, flow.expiresAt)
  }
  for (const flow of gone) forgetFlow(netfilter, flow)
  netfilter.nextExpiry = next
  return gone
}

/** States of a connection that is over or nearly so: such entries may go first (tcp_can_early_drop). */
const CLOSING: readonly TcpCtState[] = ['FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT', 'CLOSE']

/**
 * Which entry a full table gives up for a new one: the oldest that is not ASSURED, then one of a connection that is closing; undefined where all are
 * proven. Linux looks into a few buckets of its hash only, so it may miss one (early_drop).
 */
export function leastWorthy(netfilter: Netfilter): Flow | undefined {
  let closing: Flow | undefined
  for (const flow of netfilter.flows.values()) {
    if (!flow.assured) return flow
    if (closing === undefined && flow.tcp !== undefined && CLOSING.includes(flow.tcp.state)) closing = flow
  }
  return closing
}
