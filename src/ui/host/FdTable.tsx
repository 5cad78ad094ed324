/**
 * The descriptor tables of a host's processes, and below them the sockets that no descriptor refers to. A row is a button: it shows that socket, or what
 * that epoll watches. Descriptors that share an open file say how many they are.
 */
import { lazy, Suspense, useState } from 'react'
import { store, useStore } from '../../store'
import type { DescriptorView, HostView, ProcessView } from '../../trace'
import { Popover } from '../menu'
import { useText } from '../text'
import styles from './host.module.css'
import { holders, remoteText, severalProcesses, stateText } from './sockets'
import type { SocketRow } from './sockets'

const ProcessActions = lazy(async () => ({ default: (await import('./ProcessActions')).ProcessActions }))

const FEW = 7

interface FdTableProps {
  readonly host: HostView
  readonly rows: readonly SocketRow[]
  readonly shown: SocketRow | undefined
  /** The open file of the epoll that is shown below; 0 for none. */
  readonly epoll: number
  readonly onEpoll: (file: number) => void
}

export function FdTable({ host, rows, shown, epoll, onEpoll }: FdTableProps) {
  const text = useText()
  const [all, setAll] = useState(false)
  const grouped = severalProcesses(host)
  const others = host.processes.flatMap(({ descriptors }) => descriptors).filter(({ kind }) => kind !== 'socket')
  const visible = new Set(all ? rows : rows.slice(0, FEW))
  const without = rows.filter((row) => row.fd < 0 && visible.has(row))
  if (rows.length === 0 && others.length === 0 && !grouped) return <p className={styles.quiet}>{text.host.noSockets}</p>
  return (
    <>
      <table className={styles.fds}>
        <thead>
          <tr>
            <th scope="col">{text.host.fd}</th>
            <th scope="col">{text.host.state}</th>
            <th scope="col">{text.host.remote}</th>
          </tr>
        </thead>
        {host.processes.map((process) => (
          <tbody key={process.pid}>
            {grouped ? <ProcessHead host={host} process={process} /> : null}
            {rows
              .filter((row) => row.pid === process.pid && row.fd >= 0 && visible.has(row))
              .map((row) => (
                <Row key={row.fd} host={host} row={row} shown={isShown(row, shown)} />
              ))}
            {process.descriptors
              .filter(({ kind }) => kind !== 'socket')
              .map((descriptor) => (
                <OtherRow
                  key={descriptor.fd}
                  host={host}
                  descriptor={descriptor}
                  shown={descriptor.file === epoll}
                  onEpoll={onEpoll}
                />
              ))}
          </tbody>
        ))}
        {without.length === 0 ? null : (
          <tbody>
            {grouped || without.some((row) => row.without === 'orphan') ? (
              <tr className={styles.process}>
                <th scope="rowgroup" colSpan={3} title={text.process.orphansTitle}>
                  {text.process.orphans}
                </th>
              </tr>
            ) : null}
            {without.map((row) => (
              <Row key={row.socket.id} host={host} row={row} shown={isShown(row, shown)} />
            ))}
          </tbody>
        )}
      </table>
      {rows.length > visible.size ? (
        <button type="button" className={styles.link} onClick={() => setAll(true)}>
          {text.host.more(rows.length - visible.size)}
        </button>
      ) : null}
    </>
  )
}

function isShown(row: SocketRow, shown: SocketRow | undefined): boolean {
  return shown !== undefined && row.socket.id === shown.socket.id && row.pid === shown.pid && row.fd === shown.fd
}

function ProcessHead({ host, process }: { readonly host: HostView; readonly process: ProcessView }) {
  const text = useText().process
  const { pid, name, parent, ended } = process
  const told = ended !== '' ? text.zombie(ended) : parent > 1 ? text.forkOf(parent) : ''
  return (
    <tr className={styles.process}>
      <th scope="rowgroup" colSpan={3} title={ended === '' ? undefined : text.zombieTitle}>
        <span>
          <b>{pid}</b> {name === host.name ? '' : name}
          {told === '' ? null : <em>{told}</em>}
          {ended === '' ? (
            <Popover kind="menu" name={text.menu(pid)} label={text.menu(pid)} className={styles.processMenu} button="⋯">
              {(close) => (
                <Suspense>
                  <ProcessActions host={host.index} process={process} onDone={close} />
                </Suspense>
              )}
            </Popover>
          ) : null}
        </span>
      </th>
    </tr>
  )
}

interface RowProps {
  readonly host: HostView
  readonly row: SocketRow
  readonly shown: boolean
}

function Row({ host, row, shown }: RowProps) {
  const text = useText()
  const selection = useStore((state) => state.selection)
  const { socket } = row
  const ringed = selection?.kind === 'socket' && selection.socket === socket.id
  const name = row.fd >= 0 ? text.host.descriptor(row.fd) : text.host[row.without === 'queued' ? 'queued' : 'orphan']
  const choose = (): void => {
    const state = store.getState()
    if (shown) state.select({ kind: 'socket', host: host.index, socket: socket.id })
    else state.showSocket(host.index, socket.id, row.pid < 0 ? undefined : { pid: row.pid, fd: row.fd })
  }
  return (
    <tr className={`${shown ? styles.on : ''} ${ringed ? styles.ringed : ''}`} onClick={choose}>
      <td>{row.fd >= 0 ? row.fd : '–'}</td>
      <td>
        <button
          type="button"
          aria-pressed={shown}
          aria-label={text.host.show(name, stateText(socket))}
          title={row.without === '' ? undefined : text.host[row.without === 'queued' ? 'queuedTitle' : 'orphanTitle']}
        >
          {stateText(socket)}
        </button>
        <Shared host={host} file={row.file} references={row.references} />
      </td>
      <td title={remoteText(socket)}>{remoteText(socket)}</td>
    </tr>
  )
}

/** How many descriptors refer to the same open file, where it is not this one alone. */
function Shared({
  host,
  file,
  references,
}: {
  readonly host: HostView
  readonly file: number
  readonly references: number
}) {
  const text = useText().process
  if (references < 2) return null
  return (
    <abbr className={styles.shared} title={text.sharedTitle(holders(host, file, text.descriptorOf))}>
      {text.shared(references)}
    </abbr>
  )
}

interface OtherRowProps {
  readonly host: HostView
  readonly descriptor: DescriptorView
  readonly shown: boolean
  readonly onEpoll: (file: number) => void
}

/** An epoll, or an end of a pipe. */
function OtherRow({ host, descriptor, shown, onEpoll }: OtherRowProps) {
  const text = useText().process
  const { fd, kind, file, references } = descriptor
  const epoll = host.epolls.find((candidate) => candidate.file === file)
  if (epoll === undefined) {
    return (
      <tr>
        <td>{fd}</td>
        <td colSpan={2}>{kind === 'pipe' ? text.pipe : kind}</td>
      </tr>
    )
  }
  return (
    <tr className={shown ? styles.on : ''} onClick={() => onEpoll(shown ? 0 : file)}>
      <td>{fd}</td>
      <td>
        <button type="button" aria-expanded={shown} aria-label={text.showEpoll(fd)}>
          {text.epoll}
        </button>
        <Shared host={host} file={file} references={references} />
      </td>
      <td title={text.watchedTitle}>{text.watched(epoll.interests.length, epoll.ready.length)}</td>
    </tr>
  )
}
