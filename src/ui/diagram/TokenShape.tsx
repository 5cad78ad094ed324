/** A socket in its state: blue circle for the client, orange square for the server, grey diamond for others, with its descriptor's number. */
import type { Token } from '../../viz'
import { useText } from '../text'
import styles from './diagram.module.css'
import { pressable } from './pressable'

export interface TokenShapeProps {
  readonly token: Token
  /** Where it is while it follows an edge; null at rest. */
  readonly at: { readonly x: number; readonly y: number } | null
  readonly selected: boolean
  readonly host: string
  readonly onSelect: () => void
}

export function TokenShape({ token, at, selected, host, onSelect }: TokenShapeProps) {
  const text = useText()
  const { x, y } = at ?? token
  const { role, count, ownership, state } = token
  const grouped = count > 1
  const label = grouped
    ? text.diagram.group(host, count, state)
    : text.diagram.token(
        host,
        token.text === '' ? text.host[ownership === 'queued' ? 'queued' : 'orphan'] : `fd ${token.text}`,
        state,
      )
  const half = grouped ? 6 + token.text.length * 3 : 7.5
  return (
    <g
      transform={`translate(${x} ${y})`}
      className={`${styles.token} ${styles[role]} ${styles[ownership]}`}
      {...pressable(label, selected, onSelect)}
    >
      {selected ? <circle r={half + 4.5} className={styles.ring} /> : null}
      <circle r={12} className={styles.reach} />
      {role === 'client' ? (
        <rect x={-half - 0.5} y={-8} width={half * 2 + 1} height={16} rx={8} className={styles.shape} />
      ) : null}
      {role === 'server' ? (
        <rect x={-half} y={-7.5} width={half * 2} height={15} rx={1.5} className={styles.shape} />
      ) : null}
      {role === 'other' ? <path d={`M0 -9L${half + 1.5} 0L0 9L${-half - 1.5} 0Z`} className={styles.shape} /> : null}
      <text y={3.7} textAnchor="middle" className={styles.number}>
        {grouped ? `×${token.text}` : token.text}
      </text>
    </g>
  )
}
