/** Every number that Linux would tell of the shown connections (struct tcp_info) and of their hosts (nstat), under Linux's names. */
import { useState } from 'react'
import { useStore } from '../../store'
import type { HostView, TcpInfo } from '../../trace'
import { HostMark, shownRow, socketRows } from '../host'
import { useText } from '../text'
import { useTcpInfoText } from '../text/tcp-info'
import styles from './numbers.module.css'
import { useTcpInfo } from './useTcpInfo'

export function Numbers() {
  const text = useText().numbers
  const snapshot = useStore((state) => state.snapshot)
  const shownSockets = useStore((state) => state.shownSockets)
  const [wanted, setWanted] = useState('')
  const hosts = snapshot?.hosts ?? []
  const ends = hosts.flatMap((host) => {
    const socket = shownRow(socketRows(host), shownSockets[host.index])?.socket
    return socket === undefined || socket.tcb === null ? [] : [{ host, socket: socket.id }]
  })
  const infos = useTcpInfo(ends.map(({ socket }) => socket))
  const columns = ends.map(({ host }, i) => ({ host, values: infos?.[i] ?? null }))
  const isWanted = (name: string): boolean => name.toLowerCase().includes(wanted.trim().toLowerCase())
  return (
    <div className={styles.panel}>
      <div className={styles.head}>
        <h3>struct tcp_info</h3>
        <p className={styles.legend} aria-hidden="true">
          {ends.map(({ host }) => (
            <span key={host.index}>
              <HostMark role={host.role} size={7} /> {host.name}
            </span>
          ))}
        </p>
        <label className={styles.find}>
          <span>{text.find}</span>
          <input type="search" value={wanted} onChange={(event) => setWanted(event.target.value)} />
        </label>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className={styles.scroll} role="region" aria-label={text.title} tabIndex={0}>
        {ends.length === 0 ? <p className={styles.none}>{text.noConnection}</p> : null}
        <InfoTable columns={columns} isWanted={isWanted} />
        <h3>nstat</h3>
        <Counters hosts={hosts} isWanted={isWanted} />
      </div>
    </div>
  )
}

interface Column {
  readonly host: HostView
  readonly values: TcpInfo | null
}

function InfoTable({
  columns,
  isWanted,
}: {
  readonly columns: readonly Column[]
  readonly isWanted: (name: string) => boolean
}) {
  const meanings = useTcpInfoText()
  const names = Object.keys(columns.find(({ values }) => values !== null)?.values ?? {}).filter(isWanted)
  return (
    <Grid
      hosts={columns.map(({ host }) => host)}
      rows={names.map((name) => ({
        name: name.replace('tcpi_', ''),
        title: meanings[name] ?? name,
        values: columns.map(({ values }) => (values === null ? null : (values[name] ?? 0))),
      }))}
    />
  )
}

function Counters({
  hosts,
  isWanted,
}: {
  readonly hosts: readonly HostView[]
  readonly isWanted: (name: string) => boolean
}) {
  const text = useText().numbers
  const names = [...new Set(hosts.flatMap((host) => Object.keys(host.counters)))].filter(isWanted).toSorted()
  if (names.length === 0) return <p className={styles.none}>{text.noCounters}</p>
  return (
    <Grid
      hosts={hosts}
      rows={names.map((name) => ({ name, title: name, values: hosts.map(({ counters }) => counters[name] ?? 0) }))}
    />
  )
}

interface Row {
  readonly name: string
  readonly title: string
  readonly values: readonly (number | null)[]
}

function Grid({ hosts, rows }: { readonly hosts: readonly HostView[]; readonly rows: readonly Row[] }) {
  if (rows.length === 0) return null
  return (
    <ul className={styles.grid}>
      {rows.map(({ name, title, values }) => (
        <li key={name} title={title}>
          <code>{name}</code>
          {values.map((value, i) => (
            <span key={hosts[i].index} className={value === 0 || value === null ? styles.zero : styles[hosts[i].role]}>
              <span className={styles.hidden}>{hosts[i].name} </span>
              {numberText(value)}
            </span>
          ))}
        </li>
      ))}
    </ul>
  )
}

/** ~0 in 32 or 64 bits is how the kernel says that there is no such value. */
const UNKNOWN = 0xffff_ffff

function numberText(value: number | null): string {
  if (value === null) return '–'
  return value >= 2 ** 63 || value === UNKNOWN ? '∞' : String(Math.round(value))
}
