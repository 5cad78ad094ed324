/** The descriptor table of a host, and below it the sockets that no descriptor refers to. A row is a button: it shows that socket. */
import { useState } from 'react'
import { store, useStore } from '../../store'
import { useText } from '../text'
import styles from './host.module.css'
import { remoteText } from './sockets'
import type { SocketRow } from './sockets'

const FEW = 7

export function FdTable({
  host,
  rows,
  shown,
}: {
  readonly host: number
  readonly rows: readonly SocketRow[]
  readonly shown: number | undefined
}) {
  const text = useText().host
  const selection = useStore((state) => state.selection)
  const [all, setAll] = useState(false)
  const visible = all ? rows : rows.slice(0, FEW)
  if (rows.length === 0) return <p className={styles.quiet}>{text.noSockets}</p>
  return (
    <>
      <table className={styles.fds}>
        <thead>
          <tr>
            <th scope="col">{text.fd}</th>
            <th scope="col">{text.state}</th>
            <th scope="col">{text.remote}</th>
          </tr>
        </thead>
        <tbody>
          {visible.map((row) => (
            <Row
              key={`${row.pid}/${row.fd}/${row.socket.id}`}
              host={host}
              row={row}
              shown={row.socket.id === shown}
              ringed={selection?.kind === 'socket' && selection.socket === row.socket.id}
            />
          ))}
        </tbody>
      </table>
      {rows.length > visible.length ? (
        <button type="button" className={styles.link} onClick={() => setAll(true)}>
          {text.more(rows.length - visible.length)}
        </button>
      ) : null}
    </>
  )
}

interface RowProps {
  readonly host: number
  readonly row: SocketRow
  readonly shown: boolean
  readonly ringed: boolean
}

function Row({ host, row, shown, ringed }: RowProps) {
  const text = useText().host
  const { socket } = row
  const name = row.fd >= 0 ? text.descriptor(row.fd) : text[row.without === 'queued' ? 'queued' : 'orphan']
  const choose = (): void => {
    const state = store.getState()
    if (shown) state.select({ kind: 'socket', host, socket: socket.id })
    else state.showSocket(host, socket.id)
  }
  return (
    <tr className={`${shown ? styles.on : ''} ${ringed ? styles.ringed : ''}`} onClick={choose}>
      <td>{row.fd >= 0 ? row.fd : '–'}</td>
      <td>
        <button
          type="button"
          aria-pressed={shown}
          aria-label={text.show(name, socket.state)}
          title={row.without === '' ? undefined : text[row.without === 'queued' ? 'queuedTitle' : 'orphanTitle']}
        >
          {socket.state}
        </button>
      </td>
      <td>{remoteText(socket)}</td>
    </tr>
  )
}
