/** Pieces that every graph draws: lines, the two axes, what lies after now, the line under the pointer, the key. */
import type { ScaleLinear } from 'd3'
import { placeOf } from '../../viz'
import type { Line, TimeAxis } from '../../viz'
import { cross, setFont } from '../canvas'
import type { Palette } from '../canvas'
import type { Scene } from './Graph'

/** Corners in one path: long canvas paths are slow, so they are stroked in pieces. */
const PIECE = 512

export function strokeAll(context: CanvasRenderingContext2D, lines: readonly Line[]): void {
  for (const corners of lines) {
    for (let from = 0; from < corners.length - 2; from += PIECE - 2) stroke(context, corners.slice(from, from + PIECE))
  }
}

export function stroke(context: CanvasRenderingContext2D, corners: Line): void {
  context.beginPath()
  context.moveTo(corners[0], corners[1])
  for (let i = 2; i + 1 < corners.length; i += 2) context.lineTo(corners[i], corners[i + 1])
  context.stroke()
}

/** Keeps what is drawn within the axis: a zoomed picture has more than it shows. */
export function clipToAxis({ context, axis, size }: Pick<Scene, 'context' | 'axis' | 'size'>): void {
  context.beginPath()
  context.rect(axis.x0, 0, axis.x1 - axis.x0 + 1, size.height)
  context.clip()
}

/** Height of what stands under the time axis, px. */
export const FOOT = 22

/** The scale on the left with its hairlines, as far as there is room for them, and times along the foot. */
export function drawAxes(
  { context, palette, axis, size }: Pick<Scene, 'context' | 'palette' | 'axis' | 'size'>,
  y: ScaleLinear<number, number>,
  top: number,
  format: (value: number) => string = String,
): void {
  const bottom = size.height - FOOT
  drawScale(context, palette, axis, y, bottom - top, format)
  drawTimes(context, palette, axis, top, bottom)
}

export function drawScale(
  context: CanvasRenderingContext2D,
  palette: Palette,
  axis: TimeAxis,
  y: ScaleLinear<number, number>,
  height: number,
  format: (value: number) => string,
): void {
  const { colour } = palette
  setFont(context, palette, 10)
  context.lineWidth = 1
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  for (const value of y.ticks(Math.max(2, height / 28))) {
    context.strokeStyle = value === 0 ? colour['hairline-strong'] : colour.hairline
    stroke(context, [axis.x0, Math.round(y(value)) + 0.5, axis.x1, Math.round(y(value)) + 0.5])
    context.fillStyle = colour['ink-3']
    context.fillText(format(value), axis.x0 - 8, y(value))
  }
}

export function drawTimes(
  context: CanvasRenderingContext2D,
  palette: Palette,
  axis: TimeAxis,
  top: number,
  bottom: number,
): void {
  const { colour } = palette
  setFont(context, palette, 10)
  context.fillStyle = colour['ink-3']
  context.textAlign = 'center'
  context.textBaseline = 'alphabetic'
  for (const tick of axis.ticks) context.fillText(tick.label, tick.x, bottom + 15)
  context.lineWidth = 1
  context.strokeStyle = colour['hairline-strong']
  context.setLineDash([2, 3])
  for (const fold of axis.breaks) {
    for (const x of [fold.x0, fold.x1]) if (x >= axis.x0 && x <= axis.x1) stroke(context, [x, top, x, bottom])
  }
  context.setLineDash([])
}

/** What lies after now is kept, but paler: it is known because the clock was there before. */
export function drawNow({ context, palette, axis, size, now }: Scene): void {
  const bottom = size.height - FOOT
  const x = Math.max(axis.x0, placeOf(axis, now))
  if (x > axis.x1) return
  context.globalAlpha = 0.65
  context.fillStyle = palette.colour.surface
  context.fillRect(x + 1, 0, Math.max(0, size.width - x), bottom - 1)
  context.globalAlpha = 1
  context.strokeStyle = palette.colour.ink
  context.lineWidth = 1
  context.setLineDash([1, 2])
  stroke(context, [x, 4, x, bottom])
  context.setLineDash([])
}

export function drawHover({ context, palette, axis, hover, size }: Scene, top: number): void {
  if (hover < axis.x0 || hover > axis.x1) return
  context.strokeStyle = palette.colour['ink-3']
  context.lineWidth = 1
  stroke(context, [hover, top, hover, size.height - FOOT])
}

/** A ring round what is selected. */
export function drawRing(context: CanvasRenderingContext2D, palette: Palette, x: number, y: number): void {
  context.strokeStyle = palette.colour.selection
  context.lineWidth = 1.3
  context.beginPath()
  context.arc(x, y, 9, 0, 7)
  context.stroke()
}

export type KeyEntry = readonly [words: string, colour: string, shape: 'line' | 'dash' | 'long dash' | 'dot' | 'cross']

const DASHES: Readonly<Partial<Record<KeyEntry[2], number[]>>> = { dash: [3, 2], 'long dash': [6, 2] }

/** What the shapes mean, along the top from the right. */
export function drawKey(
  { context, palette, axis }: Pick<Scene, 'context' | 'palette' | 'axis'>,
  entries: readonly KeyEntry[],
): void {
  setFont(context, palette, 10)
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  let x = axis.x1
  for (const [words, colour, shape] of entries) {
    const width = context.measureText(words).width
    if (x - width - 22 < axis.x0) return
    context.fillStyle = palette.colour['ink-2']
    context.fillText(words, x, 8)
    context.strokeStyle = colour
    context.fillStyle = colour
    context.lineWidth = 1.6
    context.setLineDash(DASHES[shape] ?? [])
    const middle = x - width - 11
    if (shape === 'cross') cross(context, middle, 8, 3.4)
    else if (shape === 'dot') {
      context.beginPath()
      context.arc(middle, 8, 2.4, 0, 7)
      context.fill()
    } else stroke(context, [x - width - 18, 8, x - width - 5, 8])
    context.setLineDash([])
    x -= width + 30
  }
}
