/** One edge of the diagram with its label: trigger over action, as the RFC's figure has them. */
import { memo } from 'react'
import { useStore } from '../../store'
import type { Transition } from '../../trace'
import { labelLines, ROUTES } from '../../viz'
import { useText } from '../text'
import styles from './diagram.module.css'
import { pressable } from './pressable'

export interface EdgeProps {
  readonly transition: Transition
  readonly times: number
  /** Who walked it, if it was walked last. */
  readonly lit: 'client' | 'server' | 'other' | null
  readonly selected: boolean
}

export const Edge = memo(function Edge({ transition, times, lit, selected }: EdgeProps) {
  const text = useText()
  const select = useStore((state) => state.select)
  const { path, label } = ROUTES[transition.id]
  const look = lit ?? (times > 0 ? 'walked' : 'idle')
  const lines = labelLines(label)
  const press = (): void => {
    select({ kind: 'edge', id: transition.id })
  }
  return (
    <g
      className={`${styles.edge} ${styles[look]} ${lit === null ? '' : styles.lit} ${selected ? styles.selected : ''}`}
      {...pressable(text.diagram.edge(transition.from, transition.to, transition.trigger, times), selected, press)}
    >
      <path d={path} className={styles.edgeReach} />
      {selected ? <path d={path} className={styles.edgeRing} /> : null}
      <path d={path} className={styles.edgeLine} markerEnd={`url(#edge-${look})`} />
      {lines.map(({ text: line, y, part }, i) => (
        <text
          key={line}
          x={label.x}
          y={lit === null ? y : y + (i - (lines.length - 1) / 2) * 0.8}
          textAnchor={label.anchor}
          className={part === 'trigger' ? styles.trigger : styles.action}
        >
          {line}
        </text>
      ))}
    </g>
  )
})
