/** Counters of conntrack by the names of `conntrack -S`. */
import type { Netfilter } from './records'

export function count({ counters }: Netfilter, name: string): void {
  counters.set(name, (counters.get(name) ?? 0) + 1)
}
