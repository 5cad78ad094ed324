/** What the page has to say: short notices, failures in one sentence, a crash of the engine with the session to save. The page goes on beneath. */
import { useEffect, useMemo } from 'react'
import { store, useStore } from '../../store'
import type { Toast } from '../../store'
import { createTeller } from '../../viz'
import { clockText } from '../format'
import { eventAt, indexesOf, plain, shortSentence } from '../heroes'
import { saveBytes } from '../share'
import { useText } from '../text'
import styles from './messages.module.css'

const NOTICE_MS = 6_000
const FAILURE_MS = 20_000

export function Messages() {
  const text = useText().app
  const messages = useStore((state) => state.messages)
  return (
    <>
      <Narration />
      <section className={styles.messages} aria-label={text.messages}>
        <CrashNote />
        {messages.map((toast) => (
          <Message key={toast.id} toast={toast} />
        ))}
      </section>
    </>
  )
}

/** Says after each step where the clock stands and what happened last. */
function Narration() {
  const text = useText()
  const told = useStore((state) => state.narration)
  const sentence = useMemo(() => {
    const { snapshot, trace, info } = store.getState()
    if (told === 0 || snapshot === null || info === null) return ''
    const { packets } = indexesOf(trace, info, snapshot.links)
    const teller = createTeller(info, trace, packets)
    const event = eventAt(trace, snapshot.position.event - 1)
    const what = event === undefined ? '' : plain(shortSentence(text, event, teller))
    return text.transport.told(clockText(snapshot.position.at), what)
    // Only a step is told; what the clock does between steps is not.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [told])
  return (
    <p className={styles.narration} aria-live="polite">
      {sentence}
    </p>
  )
}

function Message({ toast }: { readonly toast: Toast }) {
  const text = useText().app
  const dismiss = useStore((state) => state.dismiss)
  const { id, tone, sentence } = toast
  useEffect(() => {
    const timer = setTimeout(() => dismiss(id), tone === 'notice' ? NOTICE_MS : FAILURE_MS)
    return () => clearTimeout(timer)
  }, [dismiss, id, tone])
  return (
    <div className={styles.message} role={tone === 'failure' ? 'alert' : 'status'}>
      <p>{sentence}</p>
      <button type="button" aria-label={text.dismiss} onClick={() => dismiss(id)}>
        ×
      </button>
    </div>
  )
}

function CrashNote() {
  const text = useText().app
  const crash = useStore((state) => state.crash)
  if (crash === null) return null
  return (
    <div className={styles.message} role="alert">
      <p>
        <b>{text.crashTitle}</b>
        {crash.sentence} {text.crashWhere(crash.seed, crash.event)}
      </p>
      <button
        type="button"
        className={styles.save}
        onClick={() => saveBytes(`crash-${crash.seed}.tcpscope.json`, 'application/json', crash.session)}
      >
        {text.saveSession}
      </button>
    </div>
  )
}
