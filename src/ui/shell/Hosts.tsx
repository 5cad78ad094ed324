/** Which hosts stand left and right of the wire. With more than two, those on one side share it and are chosen by a row of marks. */
import { useState } from 'react'
import { useStore } from '../../store'
import type { HostView } from '../../trace'
import { HostMark, HostPanel } from '../host'
import { useText } from '../text'
import { useCalmSnapshot } from './calm'
import styles from './shell.module.css'

type Side = 'left' | 'right'

/** Servers stand right; everyone else left. Where there is no server, the second host stands right. */
function hostsOn(side: Side, hosts: readonly HostView[]): readonly HostView[] {
  const servers = hosts.filter((host) => host.role === 'server')
  const right = servers.length > 0 ? servers : hosts.slice(1, 2)
  return side === 'right' ? right : hosts.filter((host) => !right.includes(host))
}

export function HostSide({ side }: { readonly side: Side }) {
  const snapshot = useCalmSnapshot()
  const selection = useStore((state) => state.selection)
  const text = useText().tabs
  const [chosen, setChosen] = useState(-1)
  if (snapshot === null) return null
  const hosts = hostsOn(side, snapshot.hosts)
  const selected = selection?.kind === 'socket' ? selection.host : -1
  const host =
    hosts.find(({ index }) => index === selected) ?? hosts.find(({ index }) => index === chosen) ?? hosts.at(0)
  if (host === undefined) return null
  return (
    <div className={styles.hostSide}>
      {hosts.length > 1 ? (
        <div className={styles.hostTabs} role="group" aria-label={text.hosts}>
          {hosts.map((other) => (
            <button
              key={other.index}
              type="button"
              aria-pressed={other === host}
              onClick={() => setChosen(other.index)}
            >
              <HostMark role={other.role} size={9} /> {other.name}
            </button>
          ))}
        </div>
      ) : null}
      <HostPanel key={host.index} snapshot={snapshot} host={host} />
    </div>
  )
}

/** All hosts in a row (tablet) or one below the other (phone). */
export function AllHosts() {
  const snapshot = useCalmSnapshot()
  if (snapshot === null) return null
  return (
    <div className={styles.allHosts}>
      {snapshot.hosts.map((host) => (
        <HostPanel key={host.index} snapshot={snapshot} host={host} />
      ))}
    </div>
  )
}
