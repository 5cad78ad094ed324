/** SNMP and TcpExt counters, by the names that `nstat` prints (RFC 4022; net/ipv4/proc.c). */
import type { Host } from './records'

export function count(host: Host, counter: string, by = 1): void {
  host.counters.set(counter, (host.counters.get(counter) ?? 0) + by)
}
