/** What the page has to say: short notices, failures in one sentence, a crash of the engine with the session to save. The page goes on beneath. */
import { useEffect } from 'react'
import { useStore } from '../../store'
import type { Toast } from '../../store'
import { saveBytes } from '../share'
import { useText } from '../text'
import styles from './messages.module.css'
import { Narration } from './Narration'

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
  const dismiss = useStore((state) => state.dismissCrash)
  if (crash === null) return null
  return (
    <div className={styles.message} role="alert">
      <p>
        <b>{text.crashTitle}</b>
        {crash.sentence} {crash.session === '' ? '' : text.crashWhere(crash.seed, crash.event)}{' '}
        {crash.restarted ? text.restarted : ''}
      </p>
      {crash.session === '' ? null : (
        <button
          type="button"
          className={styles.save}
          onClick={() => saveBytes(`crash-${crash.seed}.tcpscope.json`, 'application/json', crash.session)}
        >
          {text.saveSession}
        </button>
      )}
      <button type="button" aria-label={text.dismiss} onClick={dismiss}>
        ×
      </button>
    </div>
  )
}
