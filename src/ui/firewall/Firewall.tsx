/** The firewall of a host while it works: chains with counters that grow, a line to change them, and the connections that conntrack keeps. */
import { useState } from 'react'
import { useStore } from '../../store'
import type { HostView } from '../../trace'
import { HostMark } from '../host'
import { useText } from '../text'
import { Chains } from './Chains'
import styles from './firewall.module.css'
import { Flows } from './Flows'
import { RuleForm } from './RuleForm'

export function Firewall() {
  const text = useText().firewall
  const snapshot = useStore((state) => state.snapshot)
  const [chosen, setChosen] = useState<number | null>(null)
  const hosts = snapshot?.hosts ?? []
  const host = hosts.find(({ index }) => index === chosen) ?? mostInteresting(hosts)
  if (snapshot === null || host === undefined) return null
  const view = host.firewall ?? null
  return (
    <div className={styles.panel}>
      <div className={styles.head}>
        <div role="radiogroup" aria-label={text.host} className={styles.hosts}>
          {hosts.map(({ index, name, role }) => (
            <label key={index}>
              <input
                type="radio"
                name="firewall-host"
                checked={index === host.index}
                onChange={() => setChosen(index)}
              />
              <HostMark role={role} size={8} /> {name}
            </label>
          ))}
        </div>
        <RuleForm key={host.index} host={host} />
      </div>
      <div className={styles.body}>
        <Chains host={host} view={view} />
        <Flows host={host} view={view} now={snapshot.position.at} />
      </div>
    </div>
  )
}

/** One that has rules, or passes packets on, or else the server. */
function mostInteresting(hosts: readonly HostView[]): HostView | undefined {
  return (
    hosts.find(({ firewall }) => firewall !== null && firewall !== undefined) ??
    hosts.find(({ sysctl }) => sysctl.ip_forward !== 0) ??
    hosts.find(({ role }) => role === 'server') ??
    hosts[0]
  )
}
