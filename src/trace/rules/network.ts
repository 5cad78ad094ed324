/** Rules that fire in src/network: our own link model, which has no RFC. */
import type { Rule } from './rule'

export const NETWORK_RULES = {
  dropTail: { rfc: 'RFC 7567 1', linux: 'pfifo_enqueue' },
} as const satisfies Readonly<Record<string, Rule>>
