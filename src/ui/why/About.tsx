/** What this scenario is about and what to look at, where nothing is selected: the first thing that a newcomer reads. */
import { useStore } from '../../store'
import { useText } from '../text'
import styles from './why.module.css'

export function About({ hint }: { readonly hint: string }) {
  const text = useText().why
  const info = useStore((state) => state.info)
  return (
    <section className={styles.why} aria-label={text.title}>
      {info === null || info.summary === '' ? null : (
        <>
          <p className={styles.about}>{info.summary}</p>
          {info.watch.length === 0 ? null : (
            <>
              <h3 className={styles.watchTitle}>{text.watch}</h3>
              <ul className={styles.watch}>
                {info.watch.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
      <p className={styles.hint}>{hint}</p>
    </section>
  )
}
