/** Moving through time by hand: drag, wheel, pinch. A press that does not move is a click. */
import { useCallback, useEffect, useMemo, useRef } from 'react'
import type { PointerEvent } from 'react'
import type { Pictured } from './usePicture'
import type { ViewControl } from './view'

/** A press that strays less than this is a click. */
const STILL = 4
const WHEEL_ZOOM = 0.002

interface Press {
  readonly id: number
  readonly startX: number
  readonly startY: number
  x: number
  y: number
  moved: boolean
}

export interface PanTarget {
  readonly onClick: (x: number, y: number) => void
  /** True where a click would mean something. */
  readonly isHit: (x: number, y: number) => boolean
}

export function usePan(pictured: Pictured | null, control: ViewControl, target: PanTarget) {
  const presses = useRef<Press[]>([])
  const latest = useRef({ pictured, control, target })
  useEffect(() => {
    latest.current = { pictured, control, target }
  })

  /** Holds the time at `fromY` and brings it to `toY`; past the present it follows again. */
  const carry = useCallback((fromY: number, toY: number) => {
    const { pictured: now, control: c } = latest.current
    if (now === null) return
    const { scale, shift, followShift, picture } = now
    const pixels = shift + fromY - picture.top
    if (pixels - (toY - picture.top) >= followShift - 1) c.follow()
    else c.pan(scale.time(pixels), toY)
  }, [])

  const zoomAt = useCallback((factor: number, y: number) => {
    const { pictured: now, control: c } = latest.current
    if (now === null) return
    c.zoomBy(factor, now.scale.time(now.shift + y - now.picture.top), y)
  }, [])

  const onWheel = useCallback(
    (event: WheelEvent) => {
      event.preventDefault()
      const y = event.offsetY
      if (event.ctrlKey || event.metaKey) zoomAt(Math.exp(-event.deltaY * WHEEL_ZOOM), y)
      else carry(y, y - event.deltaY)
    },
    [carry, zoomAt],
  )

  const handlers = useMemo(() => {
    const place = (event: PointerEvent<HTMLElement>): [number, number] => {
      const box = event.currentTarget.getBoundingClientRect()
      return [event.clientX - box.left, event.clientY - box.top]
    }
    return {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        if (event.button !== 0 || (event.target as Element).closest('button') !== null) return
        const [x, y] = place(event)
        presses.current.push({ id: event.pointerId, startX: x, startY: y, x, y, moved: false })
        event.currentTarget.setPointerCapture(event.pointerId)
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const press = presses.current.find(({ id }) => id === event.pointerId)
        const [x, y] = place(event)
        if (press === undefined) {
          event.currentTarget.style.cursor = latest.current.target.isHit(x, y) ? 'pointer' : ''
          return
        }
        if (!press.moved && Math.hypot(x - press.startX, y - press.startY) < STILL) return
        press.moved = true
        const other = presses.current.find(({ id }) => id !== event.pointerId)
        if (other !== undefined) {
          const before = Math.max(20, Math.abs(press.y - other.y))
          zoomAt(Math.max(20, Math.abs(y - other.y)) / before, (y + other.y) / 2)
        } else carry(press.y, y)
        press.x = x
        press.y = y
      },
      onPointerUp: (event: PointerEvent<HTMLElement>) => {
        const press = presses.current.find(({ id }) => id === event.pointerId)
        presses.current = presses.current.filter((p) => p !== press)
        if (press !== undefined && !press.moved) latest.current.target.onClick(press.startX, press.startY)
      },
      onPointerCancel: (event: PointerEvent<HTMLElement>) => {
        presses.current = presses.current.filter(({ id }) => id !== event.pointerId)
      },
    }
  }, [carry, zoomAt])
  return { handlers, onWheel }
}
