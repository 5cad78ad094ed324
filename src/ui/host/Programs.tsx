/** The programs of a host: which step each is at, and whether it waits there. */
import type { ThreadView } from '../../trace'
import { briefDuration } from '../format'
import { useText } from '../text'
import { act } from './act'
import styles from './host.module.css'

const MOST = 5

export function Programs({
  host,
  threads,
  now,
}: {
  readonly host: number
  readonly threads: readonly ThreadView[]
  readonly now: number
}) {
  const text = useText().host
  const shown = threads.filter((thread) => thread.current !== '').slice(0, MOST)
  const ended = threads.filter((thread) => thread.current === '').length
  if (threads.length === 0) return null
  return (
    <section className={styles.programs}>
      <h3>{text.programs}</h3>
      <ul>
        {shown.map((thread) => (
          <li key={thread.thread}>
            <span>{thread.program}</span>
            <code title={thread.current}>{thread.current}</code>
            <Doing thread={thread} now={now} host={host} />
          </li>
        ))}
        {ended > 0 && shown.length === 0 ? (
          <li>
            <span>{threads[0].program}</span>
            <em>{text.ended}</em>
          </li>
        ) : null}
      </ul>
    </section>
  )
}

function Doing({ thread, now, host }: { readonly thread: ThreadView; readonly now: number; readonly host: number }) {
  const text = useText().host
  if (thread.blockedSince !== null) {
    return (
      <em>
        {text.blocked(briefDuration(now - thread.blockedSince))}
        <button
          type="button"
          className={styles.interrupt}
          aria-label={`${text.interrupt} ${thread.current}`}
          title={text.interruptTitle(thread.current)}
          onClick={() => void act({ kind: 'interrupt', host, thread: thread.thread })}
        >
          ×
        </button>
      </em>
    )
  }
  if (thread.sleepingUntil !== null) return <em>{text.sleeping(briefDuration(thread.sleepingUntil - now))}</em>
  return <em>{text.runs}</em>
}
