/** Kernel settings as a person sets them: those of one value, by name, from what was typed. */
import { LINUX_SYSCTL, sysctlError } from '../../trace'
import type { Sysctl } from '../../trace'
import { act } from './act'

/** The settings that are one number or one name. */
export const SYSCTLS = Object.keys(LINUX_SYSCTL).filter(
  (name) => !Array.isArray(LINUX_SYSCTL[name as keyof Sysctl]),
) as (keyof Sysctl)[]

/** Sets it on a host, by index; where the value is none, one sentence says why and nothing is done. */
export function setSysctl(host: number, name: keyof Sysctl, typed: string): string | undefined {
  const value = typeof LINUX_SYSCTL[name] === 'number' ? Number(typed) : typed
  const problem = sysctlError(name, value)
  if (problem === undefined) void act({ kind: 'sysctl', host, name, value })
  return problem
}
