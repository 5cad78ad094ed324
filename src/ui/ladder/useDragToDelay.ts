/** Dragging a packet under way down its line: it will arrive later by as much time as it was dragged. */
import { useMemo, useRef, useState } from 'react'
import type { MouseEvent, PointerEvent } from 'react'
import { useClient } from '../../store'

/** Less than this is a click. */
const STILL = 5

interface Press {
  readonly y: number
  dragged: boolean
}

export function useDragToDelay(packet: number, pixelsPerMicro: number) {
  const client = useClient()
  const press = useRef<Press | null>(null)
  const [down, setDown] = useState(0)
  const micros = roughly(down / pixelsPerMicro)
  const handlers = useMemo(
    () => ({
      onPointerDown: (event: PointerEvent<HTMLButtonElement>) => {
        press.current = { y: event.clientY, dragged: false }
        event.currentTarget.setPointerCapture(event.pointerId)
      },
      onPointerMove: (event: PointerEvent<HTMLButtonElement>) => {
        if (press.current === null || event.buttons === 0) return
        const by = event.clientY - press.current.y
        if (Math.abs(by) >= STILL) press.current.dragged = true
        if (press.current.dragged) setDown(Math.max(0, by))
      },
      onPointerUp: (event: PointerEvent<HTMLButtonElement>) => {
        const delayMicros = press.current === null ? 0 : roughly((event.clientY - press.current.y) / pixelsPerMicro)
        setDown(0)
        if (press.current?.dragged === true && delayMicros > 0) {
          void client.act({ kind: 'packet', packet, order: 'delay', delayMicros })
        }
      },
      onPointerCancel: () => {
        press.current = null
        setDown(0)
      },
      // The click that ends a drag selects nothing.
      onClickCapture: (event: MouseEvent) => {
        if (press.current?.dragged === true) {
          event.preventDefault()
          event.stopPropagation()
        }
        press.current = null
      },
    }),
    [client, packet, pixelsPerMicro],
  )
  return { down, micros, handlers }
}

/** A time that is easy to read and lies within a pixel of what was dragged. */
function roughly(micros: number): number {
  const step = micros < 1_000 ? 1 : micros < 10_000 ? 10 : micros < 100_000 ? 100 : 1_000
  return Math.round(micros / step) * step
}
