/** A state: a rounded box with its name, outlined in the colour of its phase. TIME-WAIT is hatched, the second CLOSED dashed. */
import { memo } from 'react'
import { useStore } from '../../store'
import type { DiagramNode } from '../../viz'
import { useText } from '../text'
import styles from './diagram.module.css'
import { pressable } from './pressable'

export interface StateNodeProps {
  readonly node: DiagramNode
  readonly count: number
  readonly selected: boolean
}

export const StateNode = memo(function StateNode({ node, count, selected }: StateNodeProps) {
  const text = useText()
  const select = useStore((s) => s.select)
  const { id, state, phase, x, y, width, height } = node
  const onSelect = (): void => {
    select({ kind: 'edge', id: `state:${state}` })
  }
  const again = id === 'CLOSED again'
  const big = state === 'ESTABLISHED'
  return (
    <g
      className={`${styles.node} ${styles[phase]} ${again ? styles.again : ''} ${count > 0 ? styles.held : ''}`}
      {...(again
        ? { 'aria-hidden': true, onClick: onSelect }
        : pressable(text.diagram.state(state, count), selected, onSelect))}
    >
      {selected ? (
        <rect x={x - 3} y={y - 3} width={width + 6} height={height + 6} rx={height / 2 + 3} className={styles.ring} />
      ) : null}
      <rect x={x} y={y} width={width} height={height} rx={height / 2} className={styles.box} />
      <text
        x={x + width / 2}
        y={big ? y + height - 8.5 : y + height / 2 + 4}
        textAnchor="middle"
        className={`${styles.name} ${big ? styles.big : ''}`}
      >
        {state}
      </text>
    </g>
  )
})
