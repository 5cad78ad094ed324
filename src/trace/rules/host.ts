/** Rules that fire in src/host: name, the clause or manual page that says so, the Linux functions that do it. */
import type { Rule } from './rule'

export const HOST_RULES = {
  systemCall: { rfc: 'RFC 9293 3.10', linux: '__x64_sys_*' },
} as const satisfies Readonly<Record<string, Rule>>
