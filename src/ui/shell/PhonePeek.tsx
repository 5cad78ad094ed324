/** On a phone, the answer about what is selected, over the transport; the whole explanation is a tap away. */
import { store, useStore } from '../../store'
import { answerSentence, eventAt, Rich, useIndexes, useTeller } from '../heroes'
import { useText } from '../text'
import { subjectOf } from '../why/subject'
import styles from './shell.module.css'

export function PhonePeek() {
  const text = useText()
  const indexes = useIndexes()
  const teller = useTeller(indexes)
  const position = useStore((state) => state.snapshot?.position)
  const selection = useStore((state) => state.selection)
  const setLayout = useStore((state) => state.setLayout)
  if (selection === null || indexes === null || teller === null || position === undefined) return null
  const subject = subjectOf(selection, indexes, position)
  const event = subject.kind === 'event' ? eventAt(indexes.trace, subject.event) : undefined
  if (event === undefined) return null
  return (
    <aside className={styles.peek} aria-label={text.tabs.why}>
      <p>
        <Rich text={answerSentence(text, event, teller)} />{' '}
        <button type="button" onClick={() => setLayout({ phoneTab: 'why' })}>
          {text.tabs.why}
        </button>
      </p>
      <button
        type="button"
        className={styles.peekClose}
        aria-label={text.app.dismiss}
        onClick={() => store.getState().select(null)}
      >
        ×
      </button>
    </aside>
  )
}
