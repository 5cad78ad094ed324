/** The causes of an event, oldest first, each with its time; pressing one explains that one. */
import { useStore } from '../../store'
import type { ChainStep, Teller } from '../../viz'
import { eventAt, Rich, shortSentence } from '../heroes'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import styles from './why.module.css'

export interface ChainProps {
  readonly steps: readonly ChainStep[]
  readonly event: number
  readonly indexes: Indexes
  readonly teller: Teller
  readonly onWhole: () => void
}

/** From here on times need more room. */
const LONG = 1_000_000_000

export function Chain({ steps, event, indexes, teller, onWhole }: ChainProps) {
  const text = useText()
  const select = useStore((state) => state.select)
  const last = eventAt(indexes.trace, event)?.at ?? 0
  return (
    <ol className={`${styles.chain} ${last >= LONG ? styles.long : ''}`} aria-label={text.why.cause}>
      {steps.flatMap((step) => {
        const fact = eventAt(indexes.trace, step.event)
        if (fact === undefined) return []
        const here = step.event === event
        const loss = fact.type === 'link/packetLost' || fact.type === 'host/packetDropped'
        const row = (
          <li
            key={step.event}
            className={`${loss ? styles.loss : ''} ${here ? styles.here : ''} ${styles[teller.role(fact.host)]} ${step.aside ? styles.aside : ''}`}
          >
            <time>{shortTime(fact.at, last)}</time>
            <button
              type="button"
              disabled={here}
              onClick={() => {
                select({ kind: 'event', event: step.event })
              }}
            >
              <Rich text={shortSentence(text, fact, teller)} />
            </button>
          </li>
        )
        if (step.skipped === 0) return [row]
        return [
          <li key={`skipped ${step.event}`} className={styles.skipped}>
            <time>⋮</time>
            <button type="button" onClick={onWhole} title={text.why.unskip}>
              {text.why.skipped(step.skipped)}
            </button>
          </li>,
          row,
        ]
      })}
    </ol>
  )
}

/** Times of one chain in one unit, so that they can be compared at a glance. */
function shortTime(at: number, last: number): string {
  return last >= 10_000_000 ? `${(at / 1_000_000).toFixed(2)} s` : (at / 1_000).toFixed(1)
}
