/** Says after each step, to those who listen, where the clock stands and what the step was about. */
import { useMemo } from 'react'
import { store, useStore } from '../../store'
import type { State } from '../../store'
import type { EventType, Trace, TraceEvent } from '../../trace'
import { createTeller } from '../../viz'
import { clockText } from '../format'
import { eventAt, indexesOf, plain, shortSentence } from '../heroes'
import { useText } from '../text'
import styles from './messages.module.css'

/** What a step is taken for. The rest is bookkeeping, and told only where a step holds nothing else. */
const TELLING: ReadonlySet<EventType> = new Set<EventType>([
  'user/acted',
  'host/called',
  'host/returned',
  'host/packetDropped',
  'tcp/stateChanged',
  'tcp/segmentSent',
  'tcp/segmentArrived',
  'tcp/segmentDropped',
  'tcp/lossDetected',
  'tcp/timerFired',
  'tcp/gaveUp',
  'link/packetLost',
])
/** A longer list is not listened to. */
const MOST_TOLD = 3

export function Narration() {
  const text = useText()
  const told = useStore((state) => state.narration)
  const sentence = useMemo(() => {
    const state = store.getState()
    const { snapshot, trace, info } = state
    if (told === 0 || snapshot === null || info === null) return ''
    const { packets } = indexesOf(trace, info, snapshot)
    const teller = createTeller(info, trace, packets)
    const what = lastStep(state).map((event) => plain(shortSentence(text, event, teller)))
    return text.transport.told(clockText(snapshot.position.at), what.join('. '))
    // Only a step is told; what the clock does between steps is not.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [told])
  return (
    <p className={styles.narration} aria-live="polite">
      {sentence}
    </p>
  )
}

/** The telling events of the step that led to the present. */
function lastStep({ snapshot, trace, dispatchEnds }: State): readonly TraceEvent[] {
  if (snapshot === null) return []
  const { step, event } = snapshot.position
  const first = step > 0 ? dispatchEnds.events[step - 1] : 0
  return tellingEvents(trace, first, event)
}

/** Of the events first..end-1 those worth telling; the last of them where none is. */
function tellingEvents(trace: Trace, first: number, end: number): readonly TraceEvent[] {
  const events = Array.from({ length: Math.max(0, end - first) }, (_, i) => eventAt(trace, first + i)).filter(
    (event) => event !== undefined,
  )
  const telling = events.filter(({ type }) => TELLING.has(type))
  return telling.length > 0 ? telling.slice(0, MOST_TOLD) : events.slice(-1)
}
