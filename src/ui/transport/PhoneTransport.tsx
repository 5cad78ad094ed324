/** The transport at the thumb: one step size that a tap changes, a large play button, and a speed that opens on tap. */
import { useStore } from '../../store'
import type { StepUnit } from '../../trace'
import { speedText } from '../format'
import { menuStyles, Popover } from '../menu'
import { useText } from '../text'
import { Timeline } from './Timeline'
import { Clock, PlayButton, Speed } from './Transport'
import styles from './transport.module.css'
import { stepBy } from './verbs'

const NEXT: Readonly<Record<StepUnit, StepUnit>> = { event: 'packet', packet: 'state', state: 'event' }

export function PhoneTransport() {
  const text = useText().transport
  const unit = useStore((state) => state.layout.stepUnit)
  const setLayout = useStore((state) => state.setLayout)
  const pace = useStore((state) => state.pace)
  return (
    <section className={styles.phone} aria-label={text.region}>
      <div className={styles.status}>
        <ClientWaits />
        <Clock />
      </div>
      <Timeline compact />
      <div className={styles.thumbs}>
        <button
          type="button"
          className={styles.size}
          aria-label={text.stepSize(text.units[unit])}
          onClick={() => setLayout({ stepUnit: NEXT[unit] })}
        >
          <small>{text.step}</small>
          {text.units[unit]}
        </button>
        <button
          type="button"
          className={styles.arrow}
          aria-label={text.back[unit]}
          onClick={() => void stepBy(unit, -1)}
        >
          ‹
        </button>
        <PlayButton />
        <button
          type="button"
          className={styles.arrow}
          aria-label={text.forward[unit]}
          onClick={() => void stepBy(unit, 1)}
        >
          ›
        </button>
        <Popover
          kind="dialog"
          name={text.speed}
          className={styles.size}
          button={
            <>
              <small>{text.speedShort}</small>
              {speedText(pace)}
            </>
          }
        >
          {() => (
            <div className={menuStyles.form}>
              <Speed />
            </div>
          )}
        </Popover>
      </div>
    </section>
  )
}

function ClientWaits() {
  const text = useText()
  const host = useStore((state) => state.snapshot?.hosts.at(0))
  const reason = host?.sockets.findLast((socket) => socket.tcb !== null)?.tcb?.waiting.reason
  if (host === undefined) return <span />
  return (
    <span>
      {text.transport.waits(host.name)}: <b>{reason === undefined ? text.waiting.none : text.waiting.names[reason]}</b>
    </span>
  )
}
