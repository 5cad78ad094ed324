/**
 * The explanation of what is selected. Answer first, one sentence; then the chain of causes, each of which can be pressed; then the rule
 * and the place in Linux; then the raw fields.
 */
import { useStore } from '../../store'
import { useIndexes, useTeller } from '../heroes'
import { useText } from '../text'
import { About } from './About'
import { EdgeWhy } from './EdgeWhy'
import { EventWhy } from './EventWhy'
import { StateWhy } from './StateWhy'
import { subjectOf } from './subject'
import type { Subject } from './subject'
import styles from './why.module.css'

/** Share of real time up to which the newest event explains itself. */
const READABLE_SPEED = 0.02

export function Why() {
  const text = useText()
  const indexes = useIndexes()
  const teller = useTeller(indexes)
  const snapshot = useStore((state) => state.snapshot)
  const selection = useStore((state) => state.selection)
  // A session that runs by faster than one reads is not narrated event by event.
  const hurried = useStore((state) => state.playing && state.speed > READABLE_SPEED)
  if (indexes === null || teller === null || snapshot === null) {
    return <section className={styles.why} aria-label={text.why.title} />
  }
  const subject: Subject =
    hurried && selection === null
      ? { kind: 'none', because: 'nothing' }
      : subjectOf(selection, indexes, snapshot.position)
  switch (subject.kind) {
    case 'event':
      return (
        <EventWhy
          key={subject.chosen ? subject.event : -1}
          indexes={indexes}
          teller={teller}
          event={subject.event}
          chosen={subject.chosen}
        />
      )
    case 'state':
      return <StateWhy snapshot={snapshot} state={subject.state} />
    case 'edge':
      return <EdgeWhy indexes={indexes} teller={teller} subject={subject} />
    case 'none':
      return <About hint={subject.because === 'nothing' ? text.why.nothing : text.why[subject.because]} />
  }
}
