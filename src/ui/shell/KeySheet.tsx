/** The sheet of keys, with what the scenario asks to be watched. A native dialog, made when `?` asks for it. */
import { useEffect, useRef } from 'react'
import { useStore } from '../../store'
import { useText } from '../text'
import styles from './keys.module.css'

const ROWS = [
  'space',
  'arrows',
  'shiftArrows',
  'altArrows',
  'homeEnd',
  'brackets',
  'presets',
  'theme',
  'palette',
  'escape',
  'help',
] as const

export function KeySheet({ onClose }: { readonly onClose: () => void }) {
  const text = useText().keys
  const dialog = useRef<HTMLDialogElement>(null)
  const info = useStore((state) => state.info)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} className={styles.sheet} aria-label={text.title} onClose={onClose}>
      {info === null ? null : (
        <section>
          <h2>{info.title}</h2>
          <p>{info.summary}</p>
          {info.watch.length === 0 ? null : (
            <>
              <h3>{text.watch}</h3>
              <ul>
                {info.watch.map((line) => (
                  <li key={line}>{line.replaceAll('`', '')}</li>
                ))}
              </ul>
            </>
          )}
        </section>
      )}
      <h2>{text.title}</h2>
      <dl>
        {ROWS.map((row) => (
          <div key={row}>
            <dt>
              {text.names[row].split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text.rows[row]}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.about}>{text.about}</p>
      <button type="button" className={styles.close} onClick={onClose}>
        {text.close}
      </button>
    </dialog>
  )
}
