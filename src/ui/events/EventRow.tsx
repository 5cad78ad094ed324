/** One event of the list: when, who, what, and the rule that fired. */
import { formatDuration } from '../../base'
import { RULES } from '../../trace'
import type { RuleName, Trace } from '../../trace'
import type { Teller } from '../../viz'
import { eventAt, Rich, shortSentence } from '../heroes'
import { HostMark } from '../host/HostMark'
import { useText } from '../text'
import styles from './events.module.css'

export interface EventRowProps {
  readonly event: number
  readonly row: number
  readonly count: number
  readonly trace: Trace
  readonly teller: Teller
  /** It lies after the present. */
  readonly later: boolean
  readonly selected: boolean
}

const LOSSES: ReadonlySet<string> = new Set(['link/packetLost', 'host/packetDropped', 'tcp/gaveUp'])

export function EventRow({ event, row, count, trace, teller, later, selected }: EventRowProps) {
  const text = useText()
  const fact = eventAt(trace, event)
  if (fact === undefined) return null
  const rule = RULES[fact.rule as RuleName]
  return (
    <div
      id={`event-${event}`}
      role="option"
      tabIndex={-1}
      data-row={row}
      aria-selected={selected}
      aria-posinset={row + 1}
      aria-setsize={count}
      className={`${styles.row} ${selected ? styles.selected : ''} ${later ? styles.later : ''} ${LOSSES.has(fact.type) ? styles.loss : ''}`}
      style={{ top: row * 24 }}
    >
      <time>{formatDuration(fact.at)}</time>
      <span className={styles.who}>{fact.host >= 0 ? <HostMark role={teller.role(fact.host)} size={9} /> : null}</span>
      <span className={styles.what}>
        <Rich text={shortSentence(text, fact, teller)} />
      </span>
      <span className={styles.rule}>{rule === undefined || rule.rfc === 'none' ? '' : rule.rfc}</span>
    </div>
  )
}
