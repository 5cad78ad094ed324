/** One host: descriptors, calls with their returns, queues, buffers, variables, timers, and at the foot what it waits for. */
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { store, useStore } from '../../store'
import type { EpollView, HostView, Snapshot } from '../../trace'
import { useText } from '../text'
import { act } from './act'
import { Buffers } from './Buffers'
import { Calls } from './Calls'
import { programThreads } from './calls'
import { Timers, Variables } from './Connection'
import { FdTable } from './FdTable'
import styles from './host.module.css'
import { HostMark } from './HostMark'
import { HostMenu } from './HostMenu'
import { Programs } from './Programs'
import { Queues } from './Queues'
import { Readiness } from './Readiness'
import { firstPid, hasTalked, peerOf, shownRow, socketRows } from './sockets'
import type { SocketRow } from './sockets'
import { Waiting } from './Waiting'

const Datagrams = lazy(async () => ({ default: (await import('./Datagrams')).Datagrams }))
const OtherSockets = lazy(async () => ({ default: (await import('./OtherSockets')).OtherSockets }))
const EpollPanel = lazy(async () => ({ default: (await import('./EpollPanel')).EpollPanel }))

export function HostPanel({ snapshot, host }: { readonly snapshot: Snapshot; readonly host: HostView }) {
  const chosen = useStore((state) => state.shownSockets[host.index])
  const descriptor = useStore((state) => state.shownDescriptors[host.index])
  const [epollFile, setEpollFile] = useState(0)
  const text = useText().host
  const rows = socketRows(host)
  const row = shownRow(rows, chosen, descriptor)
  const listener = rows.find((candidate) => candidate.socket.listener !== null)
  const peer = row === undefined ? undefined : peerOf(snapshot, row.socket)
  const now = snapshot.position.at
  const threads = host.processes.flatMap((process) => process.threads)
  const pid = row === undefined || row.pid < 0 ? firstPid(host) : row.pid
  const epoll = shownEpoll(host, epollFile)
  useNewSockets(host, rows)
  const newSocket =
    pid === undefined || !host.up ? null : (
      <span className={styles.newSockets}>
        <button
          type="button"
          className={styles.newSocket}
          title={text.newSocketTitle}
          onClick={() => {
            void act({ kind: 'call', host: host.index, pid, call: { call: 'socket' } })
          }}
        >
          {text.newSocket}
        </button>
        <Suspense>
          <OtherSockets host={host} pid={pid} />
        </Suspense>
      </span>
    )
  const queues = listener === undefined ? null : <Queues row={listener} host={host.index} now={now} />
  // An empty queue gives way to what moves.
  const buffersFirst = row !== undefined && row.socket.listener === null && isIdle(listener)
  return (
    <section className={`${styles.host} ${styles[host.role]}`} aria-label={host.name}>
      <header className={styles.head}>
        <h2>
          <HostMark role={host.role} />
          {host.name}
        </h2>
        <code>{host.address}</code>
        <HostMenu host={host} />
      </header>
      <div className={styles.scroll}>
        {host.up ? (
          <FdTable host={host} rows={rows} shown={row} epoll={epoll?.view.file ?? 0} onEpoll={setEpollFile} />
        ) : (
          <p className={styles.down}>{text.down}</p>
        )}
        {epoll === undefined ? null : (
          <Suspense>
            <EpollPanel host={host} epoll={epoll.view} pid={epoll.pid} fd={epoll.fd} />
          </Suspense>
        )}
        {row === undefined ? (
          newSocket
        ) : (
          <Calls snapshot={snapshot} host={host} row={row} listener={listener}>
            {newSocket}
          </Calls>
        )}
        {row === undefined || row.fd < 0 ? null : <Readiness poll={row.socket.poll} />}
        {row === undefined || row.socket.protocol === 'tcp' ? null : (
          <Suspense>
            <Datagrams socket={row.socket} />
          </Suspense>
        )}
        <Programs host={host} hosts={snapshot.hosts} threads={host.processes.flatMap(programThreads)} now={now} />
        {buffersFirst ? null : queues}
        {row === undefined || !hasTalked(row.socket.tcb) ? null : (
          <Buffers
            host={host.index}
            socket={row.socket}
            peer={peer?.socket}
            first={host.role === 'server' ? 'receive' : 'send'}
          />
        )}
        {row === undefined || row.socket.tcb === null || row.socket.listener !== null ? null : (
          <>
            <Variables tcb={row.socket.tcb} />
            <Timers timers={row.socket.tcb.timers} now={now} />
          </>
        )}
        {buffersFirst ? queues : null}
      </div>
      <Waiting socket={row?.socket} threads={threads} now={now} />
    </section>
  )
}

/** The epoll that a person opened, with a descriptor of it, while it is there. */
function shownEpoll(host: HostView, file: number): { view: EpollView; pid: number; fd: number } | undefined {
  const view = host.epolls.find((epoll) => epoll.file === file)
  if (view === undefined) return undefined
  for (const { pid, descriptors } of host.processes) {
    const descriptor = descriptors.find((it) => it.file === file)
    if (descriptor !== undefined) return { view, pid, fd: descriptor.fd }
  }
  return undefined
}

function isIdle(listener: SocketRow | undefined): boolean {
  const queues = listener?.socket.listener
  if (queues === null || queues === undefined) return true
  return queues.synQueueLength === 0 && queues.acceptQueueLength === 0 && Object.keys(queues.drops).length === 0
}

/** A socket that a person has just made, by socket() or accept(), is shown. */
function useNewSockets(host: HostView, rows: readonly SocketRow[]): void {
  const known = useRef<ReadonlySet<number> | null>(null)
  useEffect(() => {
    const before = known.current
    known.current = new Set(rows.filter((row) => row.fd >= 0).map((row) => row.socket.id))
    if (before === null) return
    const fresh = rows.findLast((row) => row.fd >= 0 && !before.has(row.socket.id) && isMadeByHand(host, row.fd))
    if (fresh !== undefined) store.getState().showSocket(host.index, fresh.socket.id)
  }, [host, rows])
}

function isMadeByHand(host: HostView, fd: number): boolean {
  const threads = host.processes.flatMap((process) => process.threads).filter((thread) => thread.program === '')
  return threads.some((thread) =>
    thread.calls.some(({ name, returned }) => (name === 'accept' || name === 'socket') && returned?.value === fd),
  )
}
