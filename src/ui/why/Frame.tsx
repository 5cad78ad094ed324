/** The note that every explanation stands on: its subject above, a way to close it, the answer. */
import type { ReactNode } from 'react'
import { useStore } from '../../store'
import { plain, Rich } from '../heroes'
import { useText } from '../text'
import styles from './why.module.css'

export interface FrameProps {
  readonly sign: ReactNode
  readonly title: string
  readonly detail: string
  readonly place: string
  readonly answer: string
  /** The moment that is explained, where it is not the present. */
  readonly onGo?: (() => void) | undefined
  /** Nothing was chosen: the newest event explains itself, and there is nothing to close. */
  readonly passing?: boolean
  readonly children?: ReactNode
}

export function Frame({ sign, title, detail, place, answer, onGo, passing = false, children }: FrameProps) {
  const text = useText()
  const select = useStore((state) => state.select)
  return (
    <section className={styles.why} aria-label={text.why.label(plain(title))}>
      <header className={styles.head}>
        <p className={styles.subject}>
          {sign}
          <b>{title}</b>
          {detail === '' ? null : <code>{detail}</code>}
          <span className={styles.place}>{place}</span>
        </p>
        {onGo === undefined ? null : (
          <button type="button" className={styles.go} onClick={onGo}>
            {text.why.goThere}
          </button>
        )}
        {passing ? null : (
          <button
            type="button"
            className={styles.close}
            aria-label={text.why.close}
            title={text.why.close}
            onClick={() => {
              select(null)
            }}
          >
            ×
          </button>
        )}
      </header>
      <p className={styles.answer}>
        <Rich text={answer} />
      </p>
      {children}
    </section>
  )
}
