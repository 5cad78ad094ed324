/** What the strokes mean. */
import { useText } from '../text'
import styles from './ladder.module.css'

/** `icmp`: there is a dotted one among them. */
export function Legend({ icmp }: { readonly icmp: boolean }) {
  const text = useText()
  const { legend } = text.ladder
  return (
    <p className={styles.legend} aria-hidden="true">
      <span>
        <svg width="26" height="8">
          <line x1="0" x2="20" y1="4" y2="4" className={styles.keyData} />
          <path d="M26 4l-7 -3v6z" className={styles.keyHead} />
        </svg>
        {legend.data}
      </span>
      <span>
        <svg width="26" height="8">
          <line x1="0" x2="19" y1="4" y2="4" className={styles.keyAgain} />
          <path d="M26 4l-7 -3v6z" className={styles.keyHead} />
        </svg>
        {legend.again}
      </span>
      <span>
        <svg width="26" height="8">
          <line x1="0" x2="19" y1="4" y2="4" className={styles.keyAck} />
          <path d="M25 4l-7 -3v6z" className={styles.keyAckHead} />
        </svg>
        {legend.ack}
      </span>
      {icmp ? (
        <span>
          <svg width="26" height="8">
            <line x1="0" x2="19" y1="4" y2="4" className={styles.keyIcmp} />
            <path d="M26 4l-7 -3v6z" className={styles.keyHead} />
          </svg>
          {legend.icmp}
        </span>
      ) : null}
      <span>
        <svg width="10" height="10">
          <path d="M1 1l8 8m0 -8l-8 8" className={styles.keyCross} />
        </svg>
        {legend.lost}
      </span>
    </p>
  )
}
