/** What an edge of the diagram means; once it was walked, why it was walked last. */
import type { Teller } from '../../viz'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import { EventWhy } from './EventWhy'
import { Frame } from './Frame'
import type { Subject } from './subject'
import styles from './why.module.css'

export interface EdgeWhyProps {
  readonly indexes: Indexes
  readonly teller: Teller
  readonly subject: Extract<Subject, { readonly kind: 'edge' }>
}

export function EdgeWhy({ indexes, teller, subject }: EdgeWhyProps) {
  const text = useText()
  const { transition, times, event } = subject
  if (times > 0) return <EventWhy indexes={indexes} teller={teller} event={event} chosen />
  const { from, to, trigger, action, guard, rfc, linux } = transition
  const needs = [trigger, guard].filter((part) => part !== '').join(', ')
  return (
    <Frame
      sign={null}
      title={text.why.kinds.edge}
      detail={`${from === 'any' ? text.diagram.any : from} → ${to}`}
      place=""
      answer={text.why.neverWalked(needs)}
    >
      <dl className={styles.facts}>
        <div>
          <dt>{text.why.rule}</dt>
          <dd>{rfc}</dd>
        </div>
        <div>
          <dt>{text.why.linux}</dt>
          <dd>
            <code>{linux}</code>
          </dd>
        </div>
        {action === '' ? null : (
          <div>
            <dt>{text.why.fields}</dt>
            <dd>
              <code>{action}</code>
            </dd>
          </div>
        )}
      </dl>
    </Frame>
  )
}
