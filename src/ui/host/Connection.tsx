/** The sender's variables and the armed timers of the shown connection. */
import type { TcbView, TimerView } from '../../trace'
import { briefDuration, rateText } from '../format'
import { useText } from '../text'
import styles from './host.module.css'

export function Variables({ tcb }: { readonly tcb: TcbView }) {
  const text = useText().variables
  const { cwnd, ssthresh, caState, pipe } = tcb.congestion
  const measured = tcb.rtt.srttMicros > 0
  const { mode, received, delivered } = tcb.ecn
  const rows: (readonly [name: string, title: string, value: string])[] = [
    ['cwnd', text.cwnd, String(cwnd)],
    ['ssthresh', text.ssthresh, ssthresh === null ? text.infinite : String(ssthresh)],
    ['srtt', text.srtt, measured ? briefDuration(tcb.rtt.srttMicros) : text.none],
    ['rto', text.rto, briefDuration(tcb.rtt.rtoMicros)],
    ['ca', text.caState, caState],
    ['in flight', text.pipe, String(pipe)],
    ...pacingRows(tcb, text),
  ]
  if (mode !== 'disabled') rows.push(['ecn', text.ecn(mode), text.marks(received, delivered)])
  return (
    <dl className={styles.variables} aria-label={text.title}>
      {rows.map(([name, title, value]) => (
        <div key={name} title={title}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** What a paced sender goes by: its rate, the rate that arrives, the bare round trip. */
function pacingRows(
  { rate, rtt }: TcbView,
  text: ReturnType<typeof useText>['variables'],
): (readonly [name: string, title: string, value: string])[] {
  if (!rate.paced) return []
  return [
    ['pacing', text.pacing, rate.pacing === null ? text.infinite : rateText(rate.pacing * 8)],
    ['delivery', text.delivery, rateText(rate.delivery * 8)],
    ['min_rtt', text.minRtt, rtt.minMicros === null ? text.none : briefDuration(rtt.minMicros)],
  ]
}

export function Timers({ timers, now }: { readonly timers: readonly TimerView[]; readonly now: number }) {
  if (timers.length === 0) return null
  return (
    <ul className={styles.timers}>
      {timers.map((timer) => (
        <Timer key={timer.kind} timer={timer} now={now} />
      ))}
    </ul>
  )
}

function Timer({ timer, now }: { readonly timer: TimerView; readonly now: number }) {
  const text = useText().timers
  const { kind, armedAt, firesAt, count } = timer
  const left = briefDuration(Math.max(0, firesAt - now))
  const gone = Math.min(1, Math.max(0, (now - armedAt) / Math.max(1, firesAt - armedAt)))
  return (
    <li>
      <h3>
        {text.names[kind]}
        {count > 0 ? <em>{text.fired(count)}</em> : null}
        <span>{text.left(left)}</span>
      </h3>
      <div className={styles.rail} role="img" aria-label={text.label(text.names[kind], left)}>
        <i style={{ width: `${gone * 100}%` }} />
      </div>
    </li>
  )
}
