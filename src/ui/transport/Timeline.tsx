/**
 * The run on one time axis: marks of what happened, what each sender waited for, and the scrubber. Drawn on a canvas; the scrubber
 * is a native range over it, so that keyboard and assistive technology have it as such.
 */
import { useRef } from 'react'
import { store, useStore } from '../../store'
import type { Snapshot } from '../../trace'
import { lastAt, placeOf, timeAt } from '../../viz'
import type { TimeAxis, TimelineFold } from '../../viz'
import { useCanvas, useSize } from '../canvas'
import { clockText } from '../format'
import { foldsOf, gapsOf } from '../folds'
import { useIndexes } from '../heroes'
import { useText } from '../text'
import { runAxis } from '../time-axis'
import { drawTimeline, rowsOf } from './draw-timeline'
import type { TimelineRows } from './draw-timeline'
import styles from './transport.module.css'
import { seekTo } from './verbs'

/** The range's resolution: places along the axis. */
const PLACES = 10_000

export function Timeline({ compact }: { readonly compact: boolean }) {
  const text = useText()
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const size = useSize(box)
  const snapshot = useStore((state) => state.snapshot)
  const trace = useStore((state) => state.trace)
  const end = useStore((state) => state.end)
  const selection = useStore((state) => state.selection)
  const shownSockets = useStore((state) => state.shownSockets)
  const indexes = useIndexes()

  const folds = foldsOf(trace)
  const now = snapshot?.position.at ?? 0
  const last = Math.max(end.at, now)
  const axis = runAxis(gapsOf(indexes?.packets), last, size.width, compact)
  const rows = rowsOf(snapshot, folds.timeline, shownSockets, last, axis, compact)
  useCanvas(canvas, size, (context, area, palette) => {
    drawTimeline(context, area, palette, {
      axis,
      rows,
      now,
      last,
      marks: folds.timeline.marks,
      snapshot,
      selection,
      text,
    })
  })

  const click = (event: React.PointerEvent<HTMLCanvasElement>): void => {
    const bounds = event.currentTarget.getBoundingClientRect()
    pick(event.clientX - bounds.left, event.clientY - bounds.top, axis, rows, snapshot)
  }
  const place = Math.round(((placeOf(axis, now) - axis.x0) / Math.max(1, axis.x1 - axis.x0)) * PLACES)
  return (
    <div ref={box} className={`${styles.timeline} ${compact ? styles.compact : ''}`}>
      <canvas ref={canvas} aria-hidden="true" onPointerDown={click} />
      <input
        type="range"
        className={styles.scrubber}
        style={{ left: axis.x0 - 8, width: axis.x1 - axis.x0 + 16 }}
        aria-label={text.transport.position}
        aria-valuetext={text.transport.positionValue(clockText(now), snapshot?.position.event ?? 0)}
        min={0}
        max={PLACES}
        value={Math.min(PLACES, place)}
        onChange={(event) => {
          const x = axis.x0 + (event.target.valueAsNumber / PLACES) * (axis.x1 - axis.x0)
          void seekTo({ to: 'time', at: Math.round(Math.min(last, timeAt(axis, x))) })
        }}
      />
    </div>
  )
}

/** Near a mark, selects its event; on a wait, the event that began it; else goes there. */
function pick(x: number, y: number, axis: TimeAxis, rows: TimelineRows, snapshot: Snapshot | null): void {
  const { trace, select, end } = store.getState()
  if (y < rows.marksBelow) {
    const { marks } = foldsOf(trace).timeline
    const near = nearestMark(marks, axis, x)
    if (near >= 0) {
      select({ kind: 'event', event: near })
      return
    }
  }
  const strip = rows.strips.find((row) => y >= row.y && y <= row.y + row.height)
  const span = strip?.spans.find((candidate) => x >= placeOf(axis, candidate.from) && x <= placeOf(axis, candidate.to))
  if (span !== undefined) {
    select({ kind: 'event', event: span.event })
    return
  }
  const limit = Math.max(end.at, snapshot?.position.at ?? 0)
  void seekTo({ to: 'time', at: Math.round(Math.min(limit, timeAt(axis, x))) })
}

const NEAR = 7

/** The marked event nearest to a place, if any is near; -1 if not. */
function nearestMark(marks: TimelineFold['marks'], axis: TimeAxis, x: number): number {
  let best = -1
  let distance = NEAR
  for (const track of marks.values()) {
    const after = lastAt(track.at, track.at.length, timeAt(axis, x)) + 1
    for (const place of [after - 1, after]) {
      const gap = Math.abs(placeOf(axis, track.at[place] ?? Number.POSITIVE_INFINITY) - x)
      if (!(gap < distance)) continue
      distance = gap
      best = track.event[place]
    }
  }
  return best
}
