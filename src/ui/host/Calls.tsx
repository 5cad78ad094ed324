/** The system calls of the shown descriptor: each a real button with its arguments and what it returned last. */
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { HostView, ProcessView, Snapshot } from '../../trace'
import { ERRNO } from '../../trace'
import { store, useStore } from '../../store'
import { latestCalls } from '../../viz'
import type { LatestCall } from '../../viz'
import { foldsOf } from '../folds'
import { briefDuration } from '../format'
import { useText } from '../text'
import { act } from './act'
import { CallArguments } from './CallArguments'
import {
  ALL_CALLS,
  argumentText,
  callOf,
  firstDrafts,
  offeredCalls,
  returnedText,
  udpDrafts,
  unixDrafts,
} from './calls'
import type { Draft, OfferedCall } from './calls'
import styles from './host.module.css'
import type { SocketRow } from './sockets'

interface CallsProps {
  readonly snapshot: Snapshot
  readonly host: HostView
  readonly row: SocketRow
  /** The listener to accept from when a connection is shown. */
  readonly listener: SocketRow | undefined
  /** Stands beside the switch to all calls. */
  readonly children: ReactNode
}

export function Calls({ snapshot, host, row, listener, children }: CallsProps) {
  const text = useText().host
  const trace = useStore((state) => state.trace)
  const [all, setAll] = useState(false)
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({})
  const process = host.processes.find((candidate) => candidate.pid === row.pid)
  if (row.fd < 0 || process === undefined) {
    return (
      <div className={styles.callBlock}>
        <p className={styles.quiet}>{row.without === 'queued' ? text.notAccepted : text.noDescriptor}</p>
        {children}
      </div>
    )
  }
  const latestOn = (fd: number) =>
    latestCalls(foldsOf(trace).calls, trace, host.index, row.pid, fd, snapshot.position.event)
  const usual = firstDrafts(host, snapshot.hosts)
  const { protocol } = row.socket
  const first = protocol === 'unix' ? unixDrafts(host, usual) : protocol === 'udp' ? udpDrafts(usual) : usual
  const latest = latestOn(row.fd)
  const names = all ? ALL_CALLS : offeredCalls(row.socket, latest)
  const draftOf = (name: OfferedCall): Draft => drafts[name] ?? first[name]
  const set = (draft: Draft): void => setDrafts({ ...drafts, [draft.call]: draft })
  const acceptsElsewhere = listener !== undefined && listener.fd !== row.fd && !names.includes('accept')
  return (
    <div className={styles.callBlock}>
      <ul className={styles.calls} aria-label={text.calls}>
        {acceptsElsewhere ? (
          <CallRow
            now={snapshot.position.at}
            host={host.index}
            process={process}
            fd={listener.fd}
            draft={first.accept}
            argument={String(listener.fd)}
            elsewhere
            latest={latestOn(listener.fd).get('accept')}
            onDraft={set}
          />
        ) : null}
        {names.map((name) => (
          <CallRow
            key={name}
            now={snapshot.position.at}
            host={host.index}
            process={process}
            fd={row.fd}
            draft={draftOf(name)}
            argument={argumentText(draftOf(name))}
            latest={latest.get(name)}
            onDraft={set}
          />
        ))}
      </ul>
      <div className={styles.callFoot}>
        <button type="button" className={styles.link} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? text.fewerCalls : text.allCalls}
        </button>
        {children}
      </div>
    </div>
  )
}

interface CallRowProps {
  readonly now: number
  readonly host: number
  readonly process: ProcessView
  readonly fd: number
  readonly draft: Draft
  readonly argument: string
  /** The call is on another descriptor than the one that is shown, which is its argument. */
  readonly elsewhere?: boolean
  readonly latest: LatestCall | undefined
  readonly onDraft: (draft: Draft) => void
}

function CallRow({ now, host, process, fd, draft, argument, elsewhere, latest, onDraft }: CallRowProps) {
  const make = (made: Draft): void => {
    void act({ kind: 'call', host, pid: process.pid, call: callOf(made, fd) })
  }
  const blocked = latest !== undefined && latest.view.returned === null
  return (
    <li>
      <button type="button" className={styles.call} onClick={() => make(draft)}>
        {draft.call}
      </button>
      {blocked ? null : elsewhere === true || argument === '' ? (
        <span className={styles.argument}>{argument}</span>
      ) : (
        <CallArguments draft={draft} argument={argument} onDraft={onDraft} onCall={make} />
      )}
      <Returned latest={latest} now={now} host={host} />
    </li>
  )
}

function Returned({ latest, now, host }: { latest: LatestCall | undefined; now: number; host: number }) {
  const text = useText().host
  if (latest === undefined) return <output className={styles.none}>{text.notCalled}</output>
  const { view, thread } = latest
  const show = (): void => store.getState().select({ kind: 'event', event: view.event })
  if (view.returned === null) {
    return (
      <output className={styles.blocked}>
        <button type="button" className={styles.value} onClick={show} title={view.call}>
          {text.blocked(briefDuration(now - view.at))}
        </button>
        <button
          type="button"
          className={styles.interrupt}
          aria-label={`${text.interrupt} ${view.call}`}
          title={text.interruptTitle(view.call)}
          onClick={() => void act({ kind: 'interrupt', host, thread })}
        >
          ×
        </button>
      </output>
    )
  }
  const { errno } = view.returned
  return (
    <output className={errno === '' ? styles.returned : styles.failed}>
      <button type="button" className={styles.value} onClick={show} title={errnoTitle(view.call, errno)}>
        {returnedText(view)}
      </button>
    </output>
  )
}

function errnoTitle(call: string, errno: string): string {
  const known = Object.entries(ERRNO).find(([name]) => name === errno)?.[1]
  return known === undefined ? call : `${call}: ${errno} (${known[0]}), ${known[1]}`
}
