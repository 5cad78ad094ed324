/**
 * Which part of time the ladder shows. It follows the present, with the now-line near the foot, until a person pans or zooms away; and
 * it comes back when the present is asked for, or a step is taken.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Micros } from '../../base'
import type { TimeScale } from '../../viz'

/** Pixels below the now-line: room for ghosts and the action bar. */
export const FOOT = 64
/** Pixels kept above time 0: the calls that set everything up are written there. */
const ABOVE_START = 58
/** Pixels that one flight from host to host takes downwards at the first zoom. */
const FLIGHT_PIXELS = 112
const LEAST_ZOOM = 1 / 4_000
const MOST_ZOOM = 400

export interface View {
  /** Factor on the first zoom. */
  readonly zoom: number
  /** A time that is held at a place; null while following the present. */
  readonly anchor: { readonly at: Micros; readonly y: number } | null
}

export interface ViewControl {
  readonly view: View
  readonly follow: () => void
  /** Zooms around a place in the picture. */
  readonly zoomBy: (factor: number, at: Micros | null, y: number) => void
  readonly pan: (at: Micros, y: number) => void
}

const FIRST: View = { zoom: 1, anchor: null }

/** A view that follows again when the person moves in time while paused. */
export function useView(now: Micros, playing: boolean): ViewControl {
  const [view, setView] = useState(FIRST)
  const follow = useCallback(() => {
    setView((old) => ({ ...old, anchor: null }))
  }, [])
  const zoomBy = useCallback((factor: number, at: Micros | null, y: number) => {
    setView((old) => ({
      zoom: Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, old.zoom * factor)),
      anchor: at === null || old.anchor === null ? null : { at, y },
    }))
  }, [])
  const pan = useCallback((at: Micros, y: number) => {
    setView((old) => ({ ...old, anchor: { at, y } }))
  }, [])
  const last = useRef(now)
  useEffect(() => {
    if (last.current !== now && !playing) follow()
    last.current = now
  }, [now, playing, follow])
  return { view, follow, zoomBy, pan }
}

export function pixelsPerMicro(view: View, flight: Micros): number {
  return (FLIGHT_PIXELS / flight) * view.zoom
}

/** The place on the scale that is drawn at the top of the picture. */
export function shiftOf(view: View, scale: TimeScale, now: Micros, height: number, top: number): number {
  const { anchor } = view
  const nowPixels = scale.pixels(now)
  const least = -ABOVE_START
  if (anchor === null) return Math.max(least, nowPixels - (height - FOOT - top))
  const most = Math.max(least, nowPixels - 20)
  return Math.min(most, Math.max(least, scale.pixels(anchor.at) - (anchor.y - top)))
}
