/** What conntrack keeps: each connection in its two directions, its state, and the time that it has left. */
import type { FirewallView, FlowView, HostView, TupleView } from '../../trace'
import { briefDuration } from '../format'
import { act } from '../host'
import { useText } from '../text'
import styles from './firewall.module.css'

interface FlowsProps {
  readonly host: HostView
  readonly view: FirewallView | null
  readonly now: number
}

const MOST = 30

export function Flows({ host, view, now }: FlowsProps) {
  const text = useText().firewall
  if (view === null || (!view.tracking && view.flows.length === 0)) {
    return (
      <section className={styles.flows} aria-label={text.flows}>
        <h2>{text.flows}</h2>
        <p className={styles.none}>{text.notTracking}</p>
      </section>
    )
  }
  const flows = view.flows.slice(0, MOST)
  const more = view.flowCount - flows.length
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <section className={styles.flows} aria-label={text.flows} tabIndex={0}>
      <h2>
        {text.flows}
        <span className={styles.counts}>
          {view.flowCount} / {host.sysctl.nf_conntrack_max}
        </span>
        {flows.length === 0 ? null : (
          <button type="button" onClick={() => void act({ kind: 'firewall', host: host.index, line: 'conntrack -F' })}>
            {text.forgetAll}
          </button>
        )}
      </h2>
      {flows.length === 0 ? (
        <p className={styles.none}>{text.noFlows}</p>
      ) : (
        <FlowTable host={host} flows={flows} now={now} />
      )}
      {more > 0 ? <p className={styles.none}>{text.more(more)}</p> : null}
    </section>
  )
}

function FlowTable({
  host,
  flows,
  now,
}: {
  readonly host: HostView
  readonly flows: readonly FlowView[]
  readonly now: number
}) {
  const text = useText().firewall
  return (
    <table className={styles.chain}>
      <thead>
        <tr>
          <th scope="col">{text.columns.state}</th>
          <th scope="col">{text.columns.left}</th>
          <th scope="col">{text.columns.connection}</th>
          <th scope="col" aria-hidden="true" />
        </tr>
      </thead>
      <tbody>
        {flows.map((flow) => {
          const name = `${flow.protocol} ${ends(flow.original)}`
          const translated = flow.sourceNat || flow.destinationNat
          return (
            <tr key={flow.id}>
              <td>
                {flow.state === '' ? flow.protocol : flow.state}
                {flow.unreplied ? <em>{text.unreplied}</em> : null}
                {flow.assured ? <em>{text.assured}</em> : null}
              </td>
              <td>{briefDuration(Math.max(0, flow.expiresAt - now))}</td>
              <td>
                <code>{ends(flow.original)}</code>
                <br />
                <code>{ends(flow.reply)}</code>
                {translated ? <em>{text.translated}</em> : null}
              </td>
              <td>
                <button
                  type="button"
                  aria-label={text.forget(name)}
                  title={text.forget(name)}
                  onClick={() => void act({ kind: 'firewall', host: host.index, line: forgetLine(flow) })}
                >
                  ×
                </button>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function ends({ src, dst, srcPort, dstPort }: TupleView): string {
  return `${src}:${srcPort} → ${dst}:${dstPort}`
}

/** As one would type it. */
function forgetLine({ protocol, original }: FlowView): string {
  const { src, dst, srcPort, dstPort } = original
  return `conntrack -D -p ${protocol} -s ${src} -d ${dst} --sport ${srcPort} --dport ${dstPort}`
}
