/** Play, three step sizes both ways, clock and speed; below them the timeline. */
import { useStore } from '../../store'
import type { StepUnit } from '../../trace'
import { briefDuration, clockParts, speedText } from '../format'
import { useText } from '../text'
import { Timeline } from './Timeline'
import styles from './transport.module.css'
import { FASTEST, jump, SLOWEST, stepBy, togglePlay } from './verbs'

const UNITS: readonly StepUnit[] = ['event', 'packet', 'state']

export function Transport() {
  const text = useText().transport
  return (
    <section className={styles.transport} aria-label={text.region}>
      <div className={styles.controls}>
        <div className={styles.steps}>
          <button type="button" aria-label={text.start} title={text.start} onClick={() => void jump({ to: 'start' })}>
            <EndIcon mirrored />
          </button>
          {UNITS.toReversed().map((unit) => (
            <StepButton key={unit} unit={unit} direction={-1} />
          ))}
          <PlayButton />
          {UNITS.map((unit) => (
            <StepButton key={unit} unit={unit} direction={1} />
          ))}
          <button type="button" aria-label={text.end} title={text.end} onClick={() => void jump({ to: 'end' })}>
            <EndIcon />
          </button>
        </div>
        <Clock />
        <Speed />
      </div>
      <Timeline compact={false} />
    </section>
  )
}

function StepButton({ unit, direction }: { readonly unit: StepUnit; readonly direction: 1 | -1 }) {
  const text = useText().transport
  const name = (direction > 0 ? text.forward : text.back)[unit]
  return (
    <button type="button" aria-label={name} title={name} onClick={() => void stepBy(unit, direction)}>
      {direction < 0 ? '‹ ' : ''}
      {text.units[unit]}
      {direction > 0 ? ' ›' : ''}
    </button>
  )
}

export function PlayButton() {
  const text = useText().transport
  const playing = useStore((state) => state.playing)
  return (
    <button
      type="button"
      className={styles.play}
      aria-label={playing ? text.pause : text.play}
      title={playing ? text.pause : text.play}
      onClick={() => void togglePlay()}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        {playing ? <path d="M4 3h3v10h-3zM9 3h3v10h-3z" /> : <path d="M4 2.5L13 8L4 13.5Z" />}
      </svg>
    </button>
  )
}

function EndIcon({ mirrored = false }: { readonly mirrored?: boolean }) {
  return (
    <svg
      width="12"
      height="12"
      viewBox="0 0 12 12"
      aria-hidden="true"
      className={mirrored ? styles.mirrored : undefined}
    >
      <path d="M2 2L8 6L2 10ZM9.5 2V10" />
    </svg>
  )
}

export function Clock() {
  const text = useText()
  const at = useStore((state) => state.snapshot?.position.at ?? 0)
  const skipped = useStore((state) => state.skipped)
  const step = useStore((state) => state.snapshot?.position.step ?? 0)
  const hash = useStore((state) => state.snapshot?.traceHash ?? '')
  const { value, unit } = clockParts(at)
  return (
    <p className={styles.clock} title={text.transport.place(step, hash)}>
      <span role="timer" aria-label={text.transport.clock} aria-live="off">
        <b>{value}</b> {unit}
      </span>
      {skipped === null ? null : <em>{text.app.skipped(briefDuration(skipped.micros))}</em>}
    </p>
  )
}

const SCALE: readonly (readonly [power: number, label: string])[] = [
  [-4, '1/10⁴'],
  [-2, '1/100'],
  [0, '1'],
  [2, '100'],
]

export function Speed() {
  const text = useText().transport
  const pace = useStore((state) => state.pace)
  const setPace = useStore((state) => state.setPace)
  const words =
    pace > 0.95 && pace < 1.05
      ? text.realTime
      : pace > 1
        ? text.timesRealTime(speedText(pace))
        : text.ofRealTime(speedText(pace))
  return (
    <div className={styles.speed}>
      <span>{words}</span>
      <div className={styles.dial}>
        <input
          type="range"
          aria-label={text.speed}
          data-own-keys
          aria-valuetext={words}
          min={Math.log10(SLOWEST)}
          max={Math.log10(FASTEST)}
          step={0.1}
          value={Math.log10(pace)}
          onChange={(event) => setPace(10 ** event.target.valueAsNumber)}
        />
        <div className={styles.scale} aria-hidden="true">
          {SCALE.map(([power, label]) => (
            <span key={power} style={{ left: `${((power + 4) / 6) * 100}%` }}>
              {label}
            </span>
          ))}
        </div>
      </div>
    </div>
  )
}
