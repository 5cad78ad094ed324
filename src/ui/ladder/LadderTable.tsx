/** The ladder as a table: every packet up to the present, the newest at the foot. The last few hundred are listed. */
import { formatDuration } from '../../base'
import { useStore } from '../../store'
import type { SessionInfo, Snapshot } from '../../trace'
import { fateAt, hasLeft } from '../../viz'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import { packetPhrase } from './describe'
import styles from './ladder.module.css'

const MOST_ROWS = 300

export interface LadderTableProps {
  readonly indexes: Indexes
  readonly snapshot: Snapshot
  readonly info: SessionInfo
}

export function LadderTable({ indexes, snapshot, info }: LadderTableProps) {
  const text = useText()
  const select = useStore((state) => state.select)
  const selection = useStore((state) => state.selection)
  const { packets: index } = indexes
  const { rows } = index
  const moment = snapshot.position
  const shown: number[] = []
  for (let p = rows.count - 1; p >= 0 && shown.length < MOST_ROWS; p--) if (hasLeft(index, p, moment)) shown.push(p)
  const { columns } = text.ladder
  return (
    <div className={styles.tableWrap} role="region" aria-label={text.ladder.table}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{columns.at}</th>
            <th scope="col">{columns.from}</th>
            <th scope="col">{columns.what}</th>
            <th scope="col">{columns.fate}</th>
            <th scope="col">{columns.ended}</th>
          </tr>
        </thead>
        <tbody>
          {shown.toReversed().map((p) => {
            const fate = fateAt(index, p, moment)
            return (
              <tr key={p} className={selection?.kind === 'packet' && selection.packet === p ? styles.rowOn : undefined}>
                <td>{formatDuration(rows.sentAt[p])}</td>
                <td>{info.hosts[rows.from[p]]?.name}</td>
                <td>
                  <button
                    type="button"
                    onClick={() => {
                      select({ kind: 'packet', packet: p })
                    }}
                  >
                    {packetPhrase(text, index, indexes.trace, p)}
                  </button>
                </td>
                <td className={fate === 'lost' ? styles.lost : undefined}>{text.ladder.fate[fate]}</td>
                <td>{fate === 'inFlight' ? '' : formatDuration(rows.endAt[p])}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
