/** Dragging a packet under way down its line: it will arrive later by as much time as it was dragged. */
import { useRef, useState } from 'react'
import type { PointerEvent, ReactNode } from 'react'
import { formatDuration } from '../../base'
import { useClient } from '../../store'
import type { Bar } from '../../viz'
import { useText } from '../text'
import styles from './ladder.module.css'
import type { Pictured } from './usePicture'

/** Less than this is a click. */
const STILL = 5

interface Drag {
  onPointerDown(event: PointerEvent<HTMLButtonElement>): void
  onPointerMove(event: PointerEvent<HTMLButtonElement>): void
  onPointerUp(event: PointerEvent<HTMLButtonElement>): void
  onPointerCancel(): void
  onClickCapture(event: { preventDefault(): void; stopPropagation(): void }): void
}

export interface DragToDelayProps {
  readonly bar: Bar
  readonly pictured: Pictured
  readonly children: (drag: Drag) => ReactNode
}

export function DragToDelay({ bar, pictured, children }: DragToDelayProps) {
  const text = useText()
  const client = useClient()
  const start = useRef<number | null>(null)
  const dragged = useRef(false)
  const [down, setDown] = useState(0)
  const micros = Math.round(down / pictured.scale.pixelsPerMicro)
  const drag: Drag = {
    onPointerDown: (event) => {
      start.current = event.clientY
      dragged.current = false
      event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove: (event) => {
      if (start.current === null) return
      const by = event.clientY - start.current
      if (Math.abs(by) >= STILL) dragged.current = true
      if (dragged.current) setDown(Math.max(0, by))
    },
    onPointerUp: () => {
      start.current = null
      setDown(0)
      if (dragged.current && micros > 0) {
        void client.act({ kind: 'packet', packet: bar.packet, order: 'delay', delayMicros: micros })
      }
    },
    onPointerCancel: () => {
      start.current = null
      setDown(0)
    },
    // The click that ends a drag selects nothing.
    onClickCapture: (event) => {
      if (!dragged.current) return
      dragged.current = false
      event.preventDefault()
      event.stopPropagation()
    },
  }
  return (
    <>
      {down > 0 ? (
        <output className={styles.dragged} style={{ left: bar.x, top: bar.y, height: down }}>
          <span>{text.ladder.delayBy(formatDuration(roughly(micros)))}</span>
        </output>
      ) : null}
      {children(drag)}
    </>
  )
}

function roughly(micros: number): number {
  return micros < 10_000 ? Math.round(micros / 10) * 10 : Math.round(micros / 100) * 100
}
