/** One edge of the diagram with its label: trigger over action, as the RFC's figure has them. */
import { labelLines, ROUTES } from '../../viz'
import type { Walk } from '../../viz'
import { useText } from '../text'
import styles from './diagram.module.css'
import { pressable } from './pressable'

export interface EdgeProps {
  readonly walk: Walk
  /** Who walked it, if it was walked last. */
  readonly lit: 'client' | 'server' | 'other' | null
  readonly selected: boolean
  readonly onSelect: () => void
}

export function Edge({ walk, lit, selected, onSelect }: EdgeProps) {
  const text = useText()
  const { transition, times } = walk
  const { path, label } = ROUTES[transition.id]
  const look = lit ?? (times > 0 ? 'walked' : 'idle')
  const lines = labelLines(label)
  const grown = lit !== null
  return (
    <g
      className={`${styles.edge} ${styles[look]} ${lit === null ? '' : styles.lit} ${selected ? styles.selected : ''}`}
      {...pressable(text.diagram.edge(transition.from, transition.to, transition.trigger, times), selected, onSelect)}
    >
      <path d={path} className={styles.edgeReach} />
      {selected ? <path d={path} className={styles.edgeRing} /> : null}
      <path d={path} className={styles.edgeLine} markerEnd={`url(#edge-${look})`} data-edge={transition.id} />
      {lines.map(({ text: line, y, part }, i) => (
        <text
          key={line}
          x={label.x}
          y={grown ? y + (i - (lines.length - 1) / 2) * 0.8 : y}
          textAnchor={label.anchor}
          className={part === 'trigger' ? styles.trigger : styles.action}
        >
          {line}
        </text>
      ))}
    </g>
  )
}
