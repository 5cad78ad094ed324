/** The small angle of a button that opens something. */
import styles from './bar.module.css'

export function Caret() {
  return <i className={styles.caret} aria-hidden="true" />
}
