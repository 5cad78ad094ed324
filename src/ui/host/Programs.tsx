/** The programs of a host: which step each is at, and whether it waits there. */
import type { HostView, ThreadView } from '../../trace'
import { store } from '../../store'
import { briefDuration } from '../format'
import { RunProgram } from '../programs/RunProgram'
import { useText } from '../text'
import { act } from './act'
import styles from './host.module.css'

const MOST = 5

export function Programs({
  host,
  hosts,
  threads,
  now,
}: {
  readonly host: HostView
  readonly hosts: readonly HostView[]
  readonly threads: readonly ThreadView[]
  readonly now: number
}) {
  const text = useText().host
  const shown = threads.filter((thread) => thread.current !== '').slice(0, MOST)
  const ended = threads.filter((thread) => thread.current === '').length
  if (!host.up) return null
  return (
    <section className={styles.programs}>
      <h3>{text.programs}</h3>
      <ul>
        {shown.map((thread) => (
          <li key={thread.thread}>
            <button type="button" title={text.showText(thread.program)} onClick={showPrograms}>
              {thread.program}
            </button>
            <code title={thread.current}>{thread.current}</code>
            <Doing thread={thread} now={now} host={host.index} />
          </li>
        ))}
        {ended > 0 && shown.length === 0 ? (
          <li>
            <span>{threads[0].program}</span>
            <em>{text.ended}</em>
          </li>
        ) : null}
      </ul>
      <RunProgram host={host} hosts={hosts} className={styles.runProgram} />
    </section>
  )
}

/** Opens the tab with the texts of programs, where there are tabs. */
function showPrograms(): void {
  store.getState().setLayout({ tab: 'programs', tabletTab: 'programs' })
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
