/** What a document means where it is silent. */
import type { LinkSettings } from '../trace'
import type { HostDocument, ScenarioDocument } from './document'

/** A link slow enough to watch and fast enough to wait for: 10 Mbit/s, 20 ms each way, 100 packets of queue, nothing goes wrong. */
export const DEFAULT_LINK: LinkSettings = {
  rateBitsPerSecond: 10_000_000,
  delayMicros: 20_000,
  jitterMicros: 0,
  queuePackets: 100,
  loss: 0,
  reorder: 0,
  reorderMicros: 10_000,
  duplicate: 0,
  corrupt: 0,
}

export const DEFAULT_SEED = 1

/** A host's own address: the one given, or that of its first interface that has one, or 10.0.0.1 for the first host, and so on. */
export function addressOf({ links = [] }: ScenarioDocument, { name, address }: HostDocument, index: number): string {
  if (address !== undefined) return address
  const ends = links.flatMap(({ a, b, aAddress, bAddress }) => (a === name ? [aAddress] : b === name ? [bAddress] : []))
  return ends.find((end) => end !== undefined)?.split('/')[0] ?? `10.0.0.${index + 1}`
}

export function defaultRole(index: number): 'client' | 'server' | 'other' {
  return index === 0 ? 'client' : index === 1 ? 'server' : 'other'
}
