/** How many of the figure's edges were walked, as ticks and in words. */
import { useText } from '../text'
import styles from './diagram.module.css'

export function Meter({ walked, of }: { readonly walked: number; readonly of: number }) {
  const text = useText()
  return (
    <p className={styles.meter} title={text.diagram.meter(walked, of)}>
      <svg width={of * 4 - 2} height={9} aria-hidden="true">
        {Array.from({ length: of }, (_, i) => (
          <line
            key={i}
            x1={1 + i * 4}
            x2={1 + i * 4}
            y1={i < walked ? 0 : 3}
            y2={9}
            className={i < walked ? styles.tickOn : styles.tick}
          />
        ))}
      </svg>
      <b>{walked}</b> {text.diagram.of(of)}
    </p>
  )
}
