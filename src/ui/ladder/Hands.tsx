/** The action bar of a selected packet that is still under way: lose, delay, duplicate, corrupt, hold or release it. */
import { formatDuration } from '../../base'
import { useClient } from '../../store'
import type { PacketOrder, Snapshot } from '../../trace'
import { flightMicros } from '../heroes'
import type { Indexes } from '../heroes'
import { useText } from '../text'
import styles from './ladder.module.css'
import type { Pictured } from './usePicture'

export interface HandsProps {
  readonly indexes: Indexes
  readonly snapshot: Snapshot
  readonly pictured: Pictured
  readonly packet: number
}

/** About the width of the bar, to keep it inside. */
const HALF_WIDTH = 142

export function Hands({ snapshot, pictured, packet }: HandsProps) {
  const text = useText()
  const client = useClient()
  const flight = snapshot.inFlight.find((other) => other.packet === packet)
  const bar = pictured.picture.bars.find((other) => other.packet === packet)
  if (flight === undefined || bar === undefined) return null
  const { width, height, top } = pictured.picture
  const delayMicros = roundTime(flightMicros(snapshot.links))
  const order = (what: PacketOrder) => () => {
    void client.act(
      what === 'delay' ? { kind: 'packet', packet, order: what, delayMicros } : { kind: 'packet', packet, order: what },
    )
  }
  const below = Math.max(top, Math.min(bar.y + 16, height - 30))
  const left = Math.max(HALF_WIDTH + 4, Math.min(width - HALF_WIDTH - 4, bar.x))
  return (
    <div role="toolbar" aria-label={text.ladder.actions} className={styles.hands} style={{ left, top: below }}>
      <button type="button" onClick={order('lose')}>
        {text.ladder.lose}
      </button>
      <button type="button" onClick={order('delay')} title={text.ladder.delayTitle(formatDuration(delayMicros))}>
        {text.ladder.delay}
      </button>
      <button type="button" onClick={order('duplicate')}>
        {text.ladder.duplicate}
      </button>
      <button type="button" onClick={order('corrupt')}>
        {text.ladder.corrupt}
      </button>
      <button type="button" onClick={order(flight.held ? 'release' : 'hold')}>
        {flight.held ? text.ladder.release : text.ladder.hold}
      </button>
    </div>
  )
}

/** One significant digit: a delay that is easy to say. */
function roundTime(micros: number): number {
  const power = 10 ** Math.floor(Math.log10(micros))
  return Math.max(1, Math.round(micros / power)) * power
}
