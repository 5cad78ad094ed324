/** The wire: the ladder of packets between the hosts. Time runs down; what is under way can be taken in hand. */
import { useState } from 'react'
import { formatDuration } from '../../base'
import { useStore } from '../../store'
import type { SessionInfo, Snapshot } from '../../trace'
import { clockText, rateText } from '../format'
import { useIndexes } from '../heroes'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import styles from './ladder.module.css'
import { LadderTable } from './LadderTable'
import { Legend } from './Legend'
import { Stage } from './Stage'
import { useView } from './view'

export function Ladder() {
  const indexes = useIndexes()
  const snapshot = useStore((state) => state.snapshot)
  const info = useStore((state) => state.info)
  const text = useText()
  if (indexes === null || snapshot === null || info === null) {
    return <section className={styles.panel} aria-label={text.ladder.title} />
  }
  return <LadderPanel key={`${info.scenario} ${info.seed}`} indexes={indexes} snapshot={snapshot} info={info} />
}

interface PanelProps {
  readonly indexes: Indexes
  readonly snapshot: Snapshot
  readonly info: SessionInfo
}

function LadderPanel({ indexes, snapshot, info }: PanelProps) {
  const text = useText()
  const playing = useStore((state) => state.playing)
  const [asTable, setAsTable] = useState(false)
  const control = useView(snapshot.position.at, playing)
  const { view, zoomBy, follow } = control
  const zoom = (factor: number) => () => {
    zoomBy(factor, view.anchor?.at ?? null, view.anchor?.y ?? 0)
  }
  return (
    <section className={styles.panel} aria-label={text.ladder.title}>
      <header className={styles.head}>
        <h2>{text.ladder.title}</h2>
        <p className={styles.link}>{linkSummary(snapshot, text.ladder.link, text.ladder.unlimited)}</p>
        <div className={styles.tools} role="group" aria-label={text.ladder.zoom}>
          {view.anchor === null ? null : (
            <button type="button" className={styles.follow} onClick={follow} title={text.ladder.follow}>
              {text.ladder.now} {clockText(snapshot.position.at)}
            </button>
          )}
          <button type="button" onClick={zoom(1 / 1.5)} aria-label={text.ladder.zoomOut} title={text.ladder.zoomOut}>
            −
          </button>
          <button type="button" onClick={zoom(1.5)} aria-label={text.ladder.zoomIn} title={text.ladder.zoomIn}>
            +
          </button>
          <button
            type="button"
            aria-pressed={asTable}
            aria-label={text.ladder.asTable}
            title={asTable ? text.ladder.asPicture : text.ladder.asTable}
            onClick={() => {
              setAsTable(!asTable)
            }}
          >
            <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" className={styles.tableIcon}>
              <path d="M.5 1.5h11v9H.5zM.5 4.5h11M.5 7.5h11M4.5 1.5v9" />
            </svg>
          </button>
        </div>
      </header>
      {asTable ? (
        <LadderTable indexes={indexes} snapshot={snapshot} info={info} />
      ) : (
        <Stage indexes={indexes} snapshot={snapshot} info={info} control={control} />
      )}
      {asTable ? null : <Legend icmp={indexes.packets.icmp > 0} />}
    </section>
  )
}

/** Rate and delay of the link, where there is one and both ways are alike. */
function linkSummary({ links }: Snapshot, say: (rate: string, delay: string) => string, unlimited: string): string {
  if (links.length !== 1) return ''
  const [{ aToB, bToA }] = links
  if (aToB.rateBitsPerSecond !== bToA.rateBitsPerSecond || aToB.delayMicros !== bToA.delayMicros) return ''
  return say(
    aToB.rateBitsPerSecond > 0 ? rateText(aToB.rateBitsPerSecond) : unlimited,
    formatDuration(aToB.delayMicros),
  )
}
