/** The desk: apparatus left, reading column right, all panels resizable. A part of its own, so that a phone does not fetch it. */
import type { Tab } from '../../store'
import { StateDiagram } from '../diagram'
import { Ladder } from '../ladder'
import { Transport } from '../transport'
import { Why } from '../why'
import { Details } from './Details'
import { HostSide } from './Hosts'
import type { ArrangementProps } from './session-door'
import styles from './shell.module.css'
import { Split } from './Split'
import { TopBar } from './TopBar'

const DESK_TABS: readonly Tab[] = [
  'congestion',
  'sequence',
  'rtt',
  'throughput',
  'numbers',
  'tools',
  'firewall',
  'programs',
  'events',
  'packet',
]

export function Desk(props: ArrangementProps) {
  return (
    <div className={styles.page}>
      <TopBar {...props} />
      <main className={styles.main}>
        <Split group="columns" orientation="horizontal" least={360}>
          <Split group="rows" orientation="vertical" least={150}>
            <Split group="stage" orientation="horizontal" least={190}>
              <HostSide side="left" />
              <Ladder />
              <HostSide side="right" />
            </Split>
            <div className={styles.below}>
              <Transport />
              <Details tabs={DESK_TABS} kept="tab" />
            </div>
          </Split>
          <Split group="reading" orientation="vertical" least={140}>
            <StateDiagram />
            <Why />
          </Split>
        </Split>
      </main>
    </div>
  )
}
