/** A listener's SYN queue and accept queue: places as slots while they can be counted, a bar with a number beyond that. */
import { store } from '../../store'
import type { ListenerView, QueueEntryView } from '../../trace'
import { briefDuration } from '../format'
import { useText } from '../text'
import styles from './queues.module.css'
import type { SocketRow } from './sockets'

/** More places than this are a bar. */
const MOST_SLOTS = 8

export function Queues({ row, host, now }: { readonly row: SocketRow; readonly host: number; readonly now: number }) {
  const text = useText()
  const { listener } = row.socket
  if (listener === null) return null
  return (
    <section>
      <Queue
        name={text.queues.syn}
        gloss={text.queues.synGloss}
        fill="half"
        length={listener.synQueueLength}
        limit={listener.synQueueLimit}
        entries={listener.synQueue}
        host={host}
        now={now}
      />
      <Queue
        name={text.queues.accept}
        gloss={row.fd >= 0 ? text.queues.listener(String(row.fd)) : ''}
        fill="full"
        length={listener.acceptQueueLength}
        limit={listener.acceptQueueLimit}
        entries={listener.acceptQueue}
        host={host}
        now={now}
      />
      <Drops drops={listener.drops} />
    </section>
  )
}

interface QueueProps {
  readonly name: string
  readonly gloss: string
  readonly fill: 'half' | 'full'
  readonly length: number
  readonly limit: number
  readonly entries: readonly QueueEntryView[]
  readonly host: number
  readonly now: number
}

function Queue({ name, gloss, fill, length, limit, entries, host, now }: QueueProps) {
  const text = useText().queues
  const oldest = entries.at(0)
  return (
    <div className={styles.queue}>
      <h3>
        {name} <em>{gloss}</em>
        <span>{text.of(length, limit)}</span>
      </h3>
      <div role="img" aria-label={text.label(name, length, limit)}>
        {Math.max(limit, length) <= MOST_SLOTS ? (
          <div className={styles.slots}>
            {Array.from({ length: Math.max(limit, length, 1) }, (_, place) => (
              <i key={place} className={place < length ? styles[fill] : ''} />
            ))}
          </div>
        ) : (
          <div className={styles.bar}>
            <i
              className={styles[`${fill}Bar`]}
              style={{ width: `${Math.min(100, (100 * length) / Math.max(1, limit))}%` }}
            />
          </div>
        )}
      </div>
      {oldest === undefined ? null : (
        <p className={styles.caption}>
          <button
            type="button"
            onClick={() => store.getState().select({ kind: 'socket', host, socket: oldest.socket })}
          >
            <code>{oldest.remote}</code> {waitText(oldest, now, text)}
          </button>
          {length > 1 ? <span>{text.moreWait(length - 1)}</span> : null}
        </p>
      )}
    </div>
  )
}

function waitText(entry: QueueEntryView, now: number, text: ReturnType<typeof useText>['queues']): string {
  const waited = text.waited(briefDuration(now - entry.since))
  return entry.retries > 0 ? `${waited}, ${text.retries(entry.retries)}` : waited
}

function Drops({ drops }: { readonly drops: ListenerView['drops'] }) {
  const text = useText().queues
  const entries = Object.entries(drops).filter(([, n]) => n > 0)
  if (entries.length === 0) return null
  return (
    <p className={styles.drops}>
      {text.drops}{' '}
      {entries.map(([why, n]) => (
        <code key={why} title={text.dropTitles[why]}>
          {text.dropReasons[why] ?? why} {n}
        </code>
      ))}
    </p>
  )
}
