/** Below the figure: what the last edge was, the edges walked that no figure has, and the reset, which may come in any state. */
import { formatDuration } from '../../base'
import { useStore } from '../../store'
import type { EventOf } from '../../trace'
import type { Walk } from '../../viz'
import { HostMark } from '../host/HostMark'
import { useText } from '../text'
import styles from './diagram.module.css'

export interface LastLineProps {
  readonly last: { readonly event: EventOf<'tcp/stateChanged'>; readonly who: string } | null
  readonly role: 'client' | 'server' | 'other'
  readonly walks: readonly Walk[]
  /** Sockets that are not TCP's. */
  readonly strangers: number
}

export function LastLine({ last, role, walks, strangers }: LastLineProps) {
  const text = useText()
  const select = useStore((state) => state.select)
  const beyond = walks.filter(({ transition, times }) => !transition.figure && times > 0)
  const reset = walks.find(({ transition }) => transition.id === 'reset')
  return (
    <footer className={styles.foot}>
      {strangers > 0 ? <p className={styles.beyond}>{text.diagram.strangers(strangers)}</p> : null}
      {beyond.length > 0 ? (
        <p className={styles.beyond}>
          {text.diagram.beyond(
            beyond
              .map(({ transition: t }) => `${t.from === 'any' ? text.diagram.any : t.from} → ${t.to} (${t.trigger})`)
              .join(', '),
          )}
        </p>
      ) : null}
      <div className={styles.lastRow}>
        {last === null ? (
          <span>{text.diagram.start}</span>
        ) : (
          <button
            type="button"
            className={styles.last}
            onClick={() => {
              select({ kind: 'event', event: last.event.index })
            }}
          >
            <HostMark role={role} size={10} />
            <span>{text.diagram.last(formatDuration(last.event.at), last.who, last.event.from, last.event.to)}</span>
          </button>
        )}
        <button
          type="button"
          className={`${styles.reset} ${(reset?.times ?? 0) > 0 ? styles.resetWalked : ''}`}
          onClick={() => {
            select({ kind: 'edge', id: 'reset' })
          }}
        >
          {text.diagram.reset}
        </button>
      </div>
    </footer>
  )
}
