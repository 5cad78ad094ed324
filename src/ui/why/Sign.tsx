/** A small picture of what is explained: the segment's own stroke and head, the host's shape, a cross for a loss. */
import type { TraceEvent } from '../../trace'
import { isPureAck, isResent } from '../../viz'
import type { Indexes } from '../heroes'
import { HostMark } from '../host/HostMark'
import styles from './why.module.css'

export interface SignProps {
  readonly event: TraceEvent
  readonly indexes: Indexes
  readonly packet: number
  readonly role: 'client' | 'server' | 'other'
  readonly ringed: boolean
}

export function Sign({ event, indexes, packet, role, ringed }: SignProps) {
  if (event.type === 'link/packetLost') {
    return (
      <svg width="24" height="24" aria-hidden="true">
        <path className={styles.cross} d="M7 7l10 10m0 -10l-10 10" />
      </svg>
    )
  }
  if (packet < 0) return <HostMark role={role} size={12} />
  const pure = isPureAck(indexes.packets, packet)
  const again = isResent(indexes.packets, packet)
  return (
    <svg width="48" height="24" aria-hidden="true" className={styles[role]}>
      <line
        x1="0"
        x2="24"
        y1="12"
        y2="12"
        className={`${styles.stroke} ${pure ? styles.thin : ''} ${again ? styles.dashed : ''}`}
      />
      <rect className={pure ? styles.hollowBar : styles.bar} x="30" y="8" width="12" height="8" rx="1.5" />
      {ringed ? <circle className={styles.ring} cx="36" cy="12" r="10.5" /> : null}
    </svg>
  )
}
