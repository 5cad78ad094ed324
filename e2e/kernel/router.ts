/** Asks a real kernel what it does as a router with a firewall: packets in, packets and conntrack's entries out (router.py). */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { namespaceFlags } from './wire'

export type Side = 'eth0' | 'eth1'

export interface RouterTask {
  readonly sysctl: Readonly<Record<string, number>>
  /** As one types them after `iptables`. */
  readonly rules: readonly string[]
  readonly scripts: readonly (readonly { readonly from: Side; readonly packet: string }[])[]
}

export interface RouterAnswer {
  readonly scripts: readonly (readonly {
    readonly eth0: readonly string[]
    readonly eth1: readonly string[]
    /** Lines of /proc/net/nf_conntrack. */
    readonly flows: readonly string[]
  }[])[]
  /** iptables-save -c of the table filter. */
  readonly counters: string
}

const LIMIT_SECONDS = 100

export function askRouter(task: RouterTask): RouterAnswer {
  const script = fileURLToPath(new URL('./router.py', import.meta.url))
  const command = ['-k', '5', String(LIMIT_SECONDS), 'unshare', ...namespaceFlags(), 'python3', script]
  const { stdout, stderr } = spawnSync('timeout', command, {
    input: JSON.stringify(task),
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as RouterAnswer
}

/** Why iptables and conntrack cannot be asked here; undefined when they can. */
export function routerUnavailable(): string | undefined {
  const asked = spawnSync(
    'timeout',
    ['10', 'unshare', ...namespaceFlags(), 'sh', '-c', 'iptables -S && conntrack -C && test -r /proc/net/nf_conntrack'],
    { encoding: 'utf8' },
  )
  return asked.status === 0 ? undefined : 'no iptables, conntrack or /proc/net/nf_conntrack'
}
