/**
 * What all graphs share: a canvas on the run's time axis, zoom and pan that they have in common, the line under the pointer with its values,
 * the caption with the connection. What is drawn, read and picked is each graph's own.
 */
import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { store, useStore } from '../../store'
import { placeOf, timeAt, zoomAxis } from '../../viz'
import type { TimeAxis, TimeSpan } from '../../viz'
import { useCanvas, useSize } from '../canvas'
import type { Palette, Size } from '../canvas'
import { gapsOf } from '../folds'
import { clockText } from '../format'
import { useIndexes } from '../heroes'
import { useText } from '../text'
import { runAxis } from '../time-axis'
import styles from './graphs.module.css'

/** A picture's surroundings. */
export interface Scene {
  readonly context: CanvasRenderingContext2D
  readonly size: Size
  readonly palette: Palette
  readonly axis: TimeAxis
  readonly now: number
  /** Place of the pointer, px; -1 for none. */
  readonly hover: number
}

interface GraphProps {
  /** What the picture says, for those who do not see it. */
  readonly label: string
  /** Said instead of a picture that has nothing in it. */
  readonly empty: string | null
  readonly caption: ReactNode
  readonly compact: boolean
  readonly draw: (scene: Scene) => void
  /** Names and values at a time; none where the graph does not reach. */
  readonly readout: (at: number, axis: TimeAxis) => readonly (readonly [name: string, value: string])[]
  /** The event under a place; -1 for none. */
  readonly pick: (x: number, y: number, axis: TimeAxis) => number
}

export function Graph({ label, empty, caption, compact, draw, readout, pick }: GraphProps) {
  const text = useText().graphs
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useSize(box)
  const [hover, setHover] = useState(-1)
  const { axis, whole, now } = useGraphAxis(size.width, compact)
  const span = useStore((state) => state.graphSpan)
  useCanvas(canvas, size, (context, area, palette) => {
    if (empty === null) draw({ context, size: area, palette, axis, now, hover })
  })
  useWheel(canvas, axis, whole)
  const drag = useDrag(axis, whole, span !== null, (x, y) => {
    const event = pick(x, y, axis)
    if (event >= 0) store.getState().select({ kind: 'event', event })
  })
  const at = timeAt(axis, hover)
  const rows = hover >= axis.x0 && hover <= axis.x1 && empty === null ? readout(at, axis) : []
  return (
    <div className={styles.graph}>
      <div className={styles.caption}>
        <span>{caption}</span>
        {empty === null ? <ZoomButtons axis={axis} whole={whole} zoomed={span !== null} /> : null}
      </div>
      <div ref={box} className={styles.plot}>
        {empty === null ? null : <p className={styles.none}>{empty}</p>}
        <canvas
          ref={canvas}
          role="img"
          aria-label={label}
          title={text.hint}
          className={span === null ? '' : styles.zoomed}
          {...drag}
          onPointerMove={(event) => {
            setHover(event.nativeEvent.offsetX)
            drag.onPointerMove(event)
          }}
          onPointerLeave={() => setHover(-1)}
        />
        {rows.length > 0 ? <Readout at={at} rows={rows} left={hover} room={size.width} /> : null}
      </div>
    </div>
  )
}

/** The axis of the stretch that is shown, and that of the whole run. */
function useGraphAxis(width: number, compact: boolean) {
  const now = useStore((state) => state.snapshot?.position.at ?? 0)
  const end = useStore((state) => state.end.at)
  const span = useStore((state) => state.graphSpan)
  const indexes = useIndexes()
  const whole = runAxis(gapsOf(indexes?.packets), Math.max(end, now), width, compact)
  const within = span === null ? null : clampSpan(span, whole)
  return { axis: within === null ? whole : zoomAxis(whole, within), whole, now }
}

/** Nothing shorter is shown, µs. */
const SHORTEST = 20

/** A span within the run; null where it is all of it. */
function clampSpan({ from, to }: TimeSpan, whole: TimeAxis): TimeSpan | null {
  const left = Math.max(0, from)
  const right = Math.min(whole.endAt, Math.max(to, left + SHORTEST))
  return left <= 0 && right >= whole.endAt ? null : { from: Math.min(left, right - SHORTEST), to: right }
}

/** Shows `factor` times as much (below 1: less), with the place `x` staying where it is. */
function zoomAt(axis: TimeAxis, whole: TimeAxis, x: number, factor: number): void {
  showPlaces(axis, whole, x - (x - axis.x0) * factor, x + (axis.x1 - x) * factor)
}

/** Shows what lies between two places of the axis, which may be beyond its ends. */
function showPlaces(axis: TimeAxis, whole: TimeAxis, left: number, right: number): void {
  // The shown axis is a linear part of the whole one, in which folds have their widths.
  const start = placeOf(whole, timeAt(axis, axis.x0))
  const share = (placeOf(whole, timeAt(axis, axis.x1)) - start) / (axis.x1 - axis.x0)
  const a = start + (left - axis.x0) * share
  const b = start + (right - axis.x0) * share
  const from = timeAt(whole, Math.max(whole.x0, Math.min(a, whole.x1 - (b - a))))
  const to = timeAt(whole, Math.min(whole.x1, Math.max(b, whole.x0 + (b - a))))
  store.getState().showSpan(clampSpan({ from, to }, whole))
}

const WHEEL_STEP = 1.0015

/** The wheel zooms at the pointer; sideways, or with Shift, it pans. */
function useWheel(canvas: React.RefObject<HTMLCanvasElement | null>, axis: TimeAxis, whole: TimeAxis): void {
  useEffect(() => {
    const element = canvas.current
    if (element === null) return undefined
    const turn = (event: WheelEvent): void => {
      event.preventDefault()
      const sideways = event.shiftKey ? event.deltaY : event.deltaX
      if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        showPlaces(axis, whole, axis.x0 + sideways, axis.x1 + sideways)
      } else {
        zoomAt(axis, whole, event.offsetX, WHEEL_STEP ** event.deltaY)
      }
    }
    element.addEventListener('wheel', turn, { passive: false })
    return () => element.removeEventListener('wheel', turn)
  })
}

/** Further than this is a drag and no click, px. */
const STILL = 4

/** Dragging pans where something is zoomed; a press without a drag picks. */
function useDrag(axis: TimeAxis, whole: TimeAxis, zoomed: boolean, onPick: (x: number, y: number) => void) {
  const start = useRef<{ x: number; moved: boolean; axis: TimeAxis } | null>(null)
  return {
    onPointerDown: (event: React.PointerEvent<HTMLCanvasElement>) => {
      start.current = { x: event.nativeEvent.offsetX, moved: false, axis }
      if (zoomed) event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove: (event: React.PointerEvent<HTMLCanvasElement>) => {
      const from = start.current
      if (from === null || event.buttons === 0) return
      const by = from.x - event.nativeEvent.offsetX
      if (Math.abs(by) > STILL) from.moved = true
      if (from.moved && zoomed) showPlaces(from.axis, whole, from.axis.x0 + by, from.axis.x1 + by)
    },
    onPointerUp: (event: React.PointerEvent<HTMLCanvasElement>) => {
      const from = start.current
      start.current = null
      if (from !== null && !from.moved) onPick(event.nativeEvent.offsetX, event.nativeEvent.offsetY)
    },
  }
}

interface ZoomProps {
  readonly axis: TimeAxis
  readonly whole: TimeAxis
  readonly zoomed: boolean
}

function ZoomButtons({ axis, whole, zoomed }: ZoomProps) {
  const text = useText().graphs
  const now = useStore((state) => state.snapshot?.position.at ?? 0)
  const middle = (axis.x0 + axis.x1) / 2
  const width = axis.x1 - axis.x0
  // The present stays in view where it is in view.
  const fixed = placeOf(axis, now) >= axis.x0 && placeOf(axis, now) <= axis.x1 ? placeOf(axis, now) : middle
  const pan = (share: number) => () => {
    showPlaces(axis, whole, axis.x0 + width * share, axis.x1 + width * share)
  }
  return (
    <span role="group" aria-label={text.zoom} className={styles.zoom}>
      {zoomed ? (
        <>
          <button type="button" onClick={pan(-0.5)} aria-label={text.earlier} title={text.earlier}>
            ‹
          </button>
          <button type="button" onClick={pan(0.5)} aria-label={text.later} title={text.later}>
            ›
          </button>
          <button type="button" onClick={() => store.getState().showSpan(null)}>
            {text.whole}
          </button>
        </>
      ) : null}
      <button
        type="button"
        disabled={!zoomed}
        onClick={() => zoomAt(axis, whole, fixed, 2)}
        aria-label={text.out}
        title={text.out}
      >
        −
      </button>
      <button type="button" onClick={() => zoomAt(axis, whole, fixed, 0.5)} aria-label={text.in} title={text.in}>
        +
      </button>
    </span>
  )
}

interface ReadoutProps {
  readonly at: number
  readonly rows: readonly (readonly [name: string, value: string])[]
  readonly left: number
  readonly room: number
}

function Readout({ at, rows, left, room }: ReadoutProps) {
  const onLeft = left > room - 190
  return (
    <dl className={styles.readout} style={onLeft ? { right: room - left + 8 } : { left: left + 8 }}>
      <div>
        <dt>{clockText(at)}</dt>
      </div>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
