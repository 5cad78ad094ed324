/** What poll() and epoll say of the shown socket: the bits in one line, and when asked for why each is set or not. */
import { useState } from 'react'
import type { PollBitView } from '../../trace'
import { grouped } from '../format'
import { useText } from '../text'
import styles from './readiness.module.css'

export function Readiness({ poll }: { readonly poll: readonly PollBitView[] }) {
  const text = useText().readiness
  const [open, setOpen] = useState(false)
  const bits = poll.filter(({ set }) => set).map(({ event }) => `POLL${event}`)
  // A listener has nothing to say of writing.
  const possible = poll.filter(({ reason }) => reason !== 'notHere')
  return (
    <section className={styles.readiness}>
      <h3>
        <button
          type="button"
          aria-expanded={open}
          aria-label={`${text.explainLabel}: ${bits.length === 0 ? text.none : bits.join(' ')}`}
          onClick={() => setOpen(!open)}
        >
          <span>{text.title}</span>
          <code>{bits.length === 0 ? text.none : bits.map((bit) => bit.slice(4)).join(' ')}</code>
          <i aria-hidden="true">{open ? '−' : '+'}</i>
        </button>
      </h3>
      {open ? (
        <dl>
          {possible.map(({ event, set, reason, amount, limit }) => (
            <div key={event} className={set ? styles.set : undefined}>
              <dt>
                <span aria-label={set ? text.set : text.clear}>{set ? '●' : '○'}</span> {event}
              </dt>
              <dd>{text.reasons[reason](grouped(amount), grouped(limit))}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </section>
  )
}
